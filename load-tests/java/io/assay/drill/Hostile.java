package io.assay.drill;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Clients that mean no good, while others go on. */
final class Hostile implements Drill {
    private static final int RATE = 500;
    private static final int QUICK_RATE = 100;
    private static final int SECONDS = 30;
    private static final int HEAP_MEGABYTES = 64;
    private static final Duration REHEARSAL = Duration.ofSeconds(25);

    /** Others are asked for by a timer of a millisecond: what lies below says more of it than of the node. */
    private static final double FLOOR_MILLIS = 5;

    private static final String PLANTED = "hunter2secret";
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

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
        Strikes strikes = new Strikes(node, Attack.all(scene.key("server"), scene.key("admin"), PLANTED));
        rehearse(scene, node, strikes);
        Processors.Share stolen = Processors.stolen();
        Answers before = traffic.during(span);
        scene.report().note("before: " + before + "; " + stolen.since());
        long heap = heapMegabytes(node);
        long files = files(node);
        Answers during = attack(scene, node, traffic, strikes);
        judge(scene, before, during);
        strikes.judge(scene.report());
        judgeMalformed(scene, strikes.medianOfMalformed());
        scene.report().atMost("heap in use after it, over before (MB)", heapMegabytes(node) - heap, HEAP_MEGABYTES);
        scene.report()
                .atMost(
                        "file descriptors are back",
                        scene.secondsUntil(Duration.ofSeconds(60), () -> files(node) <= files + 30),
                        60,
                        "s");
        secrets(scene, node);
    }

    /** Everything once, so that the time to load and compile code, which is once per process, is not what is measured. */
    private static void rehearse(Scene scene, Node node, Strikes strikes) throws Exception {
        strikes.once();
        if (!scene.quick()) {
            try (SlowLoris loris = SlowLoris.at(scene, node, slow(scene))) {
                strikes.hurry(REHEARSAL);
                scene.report().note("slow connections in the rehearsal: %,d".formatted(loris.left()));
            }
            scene.pause(Duration.ofSeconds(5));
        }
    }

    private static int slow(Scene scene) {
        return scene.quick() ? 200 : 1_000;
    }

    private static Answers attack(Scene scene, Node node, Traffic traffic, Strikes strikes) throws Exception {
        long fault = traffic.mark();
        Processors.Share stolen = Processors.stolen();
        int slow = slow(scene);
        try (SlowLoris loris = SlowLoris.at(scene, node, slow)) {
            double opened = scene.secondsUntil(Duration.ofSeconds(60), () -> loris.left() >= slow);
            scene.report().atMost("%,d slow connections are open after".formatted(slow), opened, 60, "s");
            if (scene.quick()) {
                strikes.once();
                return meanwhile(scene, traffic, fault, stolen);
            }
            strike(scene.report(), strikes, loris, slow);
            Answers during = meanwhile(scene, traffic, fault, stolen);
            loris.rest();
            double seconds = scene.secondsUntil(Duration.ofSeconds(60), () -> loris.left() == 0);
            scene.report().atMost("the node ends the slow connections by itself", seconds, 60, "s");
            return during;
        }
    }

    /** At a rate that is checked: who can't strike that often is no attacker. */
    private static void strike(Report report, Strikes strikes, SlowLoris loris, int slow) throws IOException {
        long begun = System.nanoTime();
        int sent = strikes.sent();
        int fewest = slow;
        for (int second = 0; second < SECONDS; second++) {
            strikes.last(Duration.ofSeconds(1));
            fewest = Math.min(fewest, loris.left());
        }
        double rate = (strikes.sent() - sent) / ((System.nanoTime() - begun) / 1e9);
        report.note(
                "attacks a second: %.0f (%d of them in turn); slow connections at a time, each a byte a second: %,d or more"
                        .formatted(rate, strikes.count(), fewest));
        double leastRate = 0.8 * Strikes.RATE;
        double leastSlow = 0.9 * slow;
        report.check(
                "attacks a second, slow connections at a time",
                rate >= leastRate && fewest >= leastSlow,
                "%.0f, %,d".formatted(rate, fewest),
                "at least %.0f, %,.0f".formatted(leastRate, leastSlow));
    }

    private static Answers meanwhile(Scene scene, Traffic traffic, long fault, Processors.Share stolen) {
        Answers during = traffic.since(fault);
        scene.report().note("meanwhile: " + during + "; " + stolen.since());
        return during;
    }

    private static void judge(Scene scene, Answers before, Answers during) {
        scene.report().atMost("answers to others that are not 200", during.not200(), 0);
        if (!scene.quick()) {
            scene.report().atMost("p99 of others", during.p99(), Math.max(FLOOR_MILLIS, 2 * before.p99()), "ms");
        }
    }

    private static void judgeMalformed(Scene scene, double median) {
        if (scene.quick()) {
            scene.report().note("half of the malformed bodies are answered within %.1f ms".formatted(median));
        } else {
            scene.report().atMost("half of the malformed bodies are answered within", median, 10, "ms");
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
