package io.assay.drill;

import io.assay.testkit.RawHttp;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Clients that mean no good, while others go on. */
final class Hostile implements Drill {
    private static final int RATE = 500;
    private static final int QUICK_RATE = 100;
    private static final int HEAP_MEGABYTES = 64;
    private static final String PLANTED = "hunter2secret";
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    private final List<Double> malformed = new ArrayList<>();

    @Override
    public String name() {
        return "hostile";
    }

    @Override
    public String sentence() {
        return "A thousand slow connections, bombs, broken bodies and SQL in every key, while others ask as always.";
    }

    @Override
    public boolean isQuick() {
        return true;
    }

    @Override
    public void run(Scene scene) throws Exception {
        NodeSpec spec = scene.node("node").roles("admin", "config", "assignment", "results", "door");
        if (!scene.quick()) {
            spec.optimised();
        }
        Node node = spec.start();
        scene.experiments(30);
        scene.census(List.of(node));
        Duration span = Duration.ofSeconds(scene.quick() ? 2 : 20);
        Traffic traffic = scene.quick()
                ? scene.traffic(QUICK_RATE, List.of(node))
                : scene.traffic(RATE, List.of(node), span, Duration.ofSeconds(10));
        strike(scene, node);
        Answers before = traffic.during(span);
        scene.report().note("before: " + before);
        long heap = heapMegabytes(node);
        long files = files(node);
        attack(scene, node, traffic, before);
        judgeMalformed(scene);
        scene.report().atMost("heap in use after it, over before (MB)", heapMegabytes(node) - heap, HEAP_MEGABYTES);
        scene.report()
                .atMost(
                        "file descriptors are back",
                        scene.secondsUntil(Duration.ofSeconds(60), () -> files(node) <= files + 30),
                        60,
                        "s");
        secrets(scene, node);
    }

    private void attack(Scene scene, Node node, Traffic traffic, Answers before) throws Exception {
        long fault = traffic.mark();
        int slow = scene.quick() ? 200 : 1_000;
        try (SlowLoris loris = SlowLoris.at(scene, node, slow)) {
            scene.report().note("slow connections: %,d".formatted(loris.left()));
            long end = System.nanoTime()
                    + Duration.ofSeconds(scene.quick() ? 0 : 30).toNanos();
            do {
                strike(scene, node);
            } while (System.nanoTime() < end);
            Answers during = traffic.since(fault);
            scene.report().note("meanwhile: " + during);
            scene.report().atMost("answers to others that are not 200", during.not200(), 0);
            if (!scene.quick()) {
                scene.report().atMost("p99 of others", during.p99(), 2 * before.p99(), "ms");
                double seconds = scene.secondsUntil(Duration.ofSeconds(60), () -> loris.left() == 0);
                scene.report().atMost("the node ends the slow connections by itself", seconds, 60, "s");
            }
        }
    }

    /** Every attack once. */
    private void strike(Scene scene, Node node) throws IOException {
        List<String> wrong = new ArrayList<>();
        Map<Integer, Integer> answers = new TreeMap<>();
        for (Attack attack : Attack.all(scene.key("server"), scene.key("admin"), PLANTED)) {
            long begun = System.nanoTime();
            int status = status(attack, node);
            if (attack.name().startsWith("malformed")) {
                malformed.add((System.nanoTime() - begun) / 1e6);
            }
            answers.merge(status, 1, Integer::sum);
            if (!attack.statuses().contains(status)) {
                String text = attack.request();
                wrong.add(attack.name() + " " + status + " not " + attack.statuses() + ": "
                        + text.substring(0, Math.min(70, text.length())).replaceAll("\\R", "|"));
            }
        }
        scene.report().note("answers by status: " + answers);
        scene.report().check("answers that are not as promised", wrong.isEmpty(), wrong, "none");
    }

    /** Of all that were sent: the first ones meet code that was never run. */
    private void judgeMalformed(Scene scene) {
        Collections.sort(malformed);
        double median = malformed.get(malformed.size() / 2);
        if (scene.quick()) {
            scene.report().note("half of the malformed bodies are answered within %.1f ms".formatted(median));
        } else {
            scene.report().atMost("half of the malformed bodies are answered within", median, 10, "ms");
        }
    }

    /** What it is answered; 0 for nothing, which is as good as a refusal for one that does not read it while it still sends. */
    private static int status(Attack attack, Node node) throws IOException {
        try (RawHttp client = RawHttp.connect(node.uri(attack.portOffset(), "/").getPort())) {
            boolean whole = true;
            try {
                client.send(attack.bytes());
            } catch (IOException e) {
                whole = false; // it was refused before its end
            }
            try {
                return client.status();
            } catch (IOException e) {
                if (whole) {
                    throw e;
                }
                return 0;
            }
        }
    }

    private static long heapMegabytes(Node node) throws IOException {
        jcmd(node, "GC.run");
        Matcher used = USED.matcher(jcmd(node, "GC.heap_info"));
        long kilobytes = 0;
        while (used.find() && kilobytes == 0) {
            kilobytes = Long.parseLong(used.group(1));
        }
        return kilobytes / 1024;
    }

    private static String jcmd(Node node, String command) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(node.pid()), command).start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            return String.join("\n", out.lines().toList());
        }
    }

    private static long files(Node node) {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(node.pid()), "fd"))) {
            return open.count();
        } catch (IOException e) {
            return 0; // no such thing on this system
        }
    }

    private static void secrets(Scene scene, Node node) throws IOException {
        String log = node.output();
        JsonObject found = new JsonObject();
        List<String> secrets = new ArrayList<>(scene.servers().environment().values());
        for (String scope : List.of("admin", "read", "server", "client")) {
            secrets.add(scene.key(scope));
        }
        secrets.add(PLANTED);
        for (String secret : secrets) {
            if (log.contains(secret)) {
                found.put(
                        secret,
                        log.lines()
                                .filter(line -> line.contains(secret))
                                .findFirst()
                                .orElseThrow());
            }
        }
        scene.report().check("secrets in the log", found.isEmpty(), found, "none");
    }
}
