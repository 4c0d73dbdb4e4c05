package io.assay.drill;

import io.assay.embedded.EmbeddedServers.Kind;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Nodes that start with nothing but a file, good or damaged. */
final class BootFile implements Drill {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration START = Duration.ofMinutes(2);
    private static final int RATE = 100;
    private static final double SERVES_SECONDS = 2;
    /** Where others start at the same time. */
    private static final double SERVES_SECONDS_QUICK = 6;

    /** A verticle is deployed, and how long that took. */
    private static final Pattern DEPLOYED =
            Pattern.compile("(?m)^([0-9:]{8}\\.[0-9]{3}) DEBUG Node: [a-z]+ ready after ([0-9]+) ms$");

    @Override
    public String name() {
        return "boot-file";
    }

    @Override
    public String sentence() {
        return "Nodes start with nothing reachable and a good file, none, a truncated, a bit-flipped, one of the future.";
    }

    @Override
    public boolean isQuick() {
        return true;
    }

    private interface Damage {
        byte[] to(byte[] file) throws GeneralSecurityException;
    }

    private static final Map<String, Damage> DAMAGES = new LinkedHashMap<>(Map.of(
            "truncated", file -> Arrays.copyOf(file, file.length / 2),
            "bitflipped", BootFile::flip,
            "future", BootFile::ofTheFuture));

    @Override
    public void run(Scene scene) throws Exception {
        Node owners = owners(scene);
        scene.experiments(6);
        scene.census(List.of(owners));
        Path source = owners.data().resolve("snapshot");
        scene.secondsUntil(PATIENCE, () -> Files.exists(source.resolve("config.previous")));
        scene.pause(Duration.ofMillis(500)); // the last version is on the disk
        Traffic traffic = scene.traffic(RATE, List.of(owners));
        scene.servers().proxy(Kind.POSTGRES).cut();
        scene.servers().proxy(Kind.REDIS).cut();
        scene.publish("while_away");

        // one after the other, for each has to be quick
        Node good = node(scene, "good", source, file -> file, true);
        servesItsFile(scene, good);
        Node previous = node(scene, "previous", source, file -> file, true, "truncated");
        servesItsFile(scene, previous);
        traffic.only(List.of(good, previous));
        long from = traffic.mark();
        List<Node> without = new ArrayList<>(List.of(scene.node("none").launch()));
        for (Map.Entry<String, Damage> each : DAMAGES.entrySet()) {
            if (!scene.quick() || !each.getKey().equals("truncated")) { // "previous" has read one
                without.add(node(scene, each.getKey(), source, each.getValue(), false));
            }
        }
        for (Node node : without) {
            degraded(scene, node);
        }
        Answers answers = traffic.since(from);
        scene.report().note("from files alone: " + answers);
        scene.report().atMost("from files alone: answers other than 200", answers.not200(), 0);
        scene.report().atMost("from files alone: degraded answers", answers.degraded(), 0);
        List<Node> all = scene.nodes();
        scene.servers().proxy(Kind.POSTGRES).restore();
        scene.servers().proxy(Kind.REDIS).restore();
        scene.report()
                .atMost(
                        "after the sources' return the newest shows on all nodes",
                        scene.secondsUntilShown("while_away", all, PATIENCE),
                        PATIENCE.toSeconds(),
                        "s");
    }

    /** The node that has everything all the time; it is not behind the proxies. */
    private static Node owners(Scene scene) throws IOException {
        int postgres = scene.servers().port(Kind.POSTGRES);
        String redis = "redis://127.0.0.1:" + scene.servers().port(Kind.REDIS);
        return scene.node("owners")
                .roles("admin", "config", "assignment")
                .with("postgres", new JsonObject().put("port", postgres))
                .with("redis", new JsonObject().put("uri", redis))
                .start();
    }

    private static Node node(
            Scene scene, String name, Path source, Damage damage, boolean keepsPrevious, String... more)
            throws Exception {
        NodeSpec spec = scene.node(name);
        Path target = Files.createDirectories(scene.folder().resolve(name).resolve("data/snapshot"));
        for (String file : List.of("config", "config.previous", "keys", "keys.previous", "emergency")) {
            if (Files.exists(source.resolve(file))) {
                byte[] bytes = Files.readAllBytes(source.resolve(file));
                boolean damages = file.equals("config") || (file.equals("config.previous") && !keepsPrevious);
                Files.write(target.resolve(file), damages ? damage.to(bytes) : bytes);
            }
        }
        if (more.length > 0) {
            Files.write(
                    target.resolve("config"), DAMAGES.get(more[0]).to(Files.readAllBytes(target.resolve("config"))));
        }
        return spec.launch();
    }

    private static byte[] flip(byte[] file) {
        byte[] flipped = file.clone();
        flipped[flipped.length * 3 / 4] ^= 1;
        return flipped;
    }

    private static byte[] ofTheFuture(byte[] file) throws GeneralSecurityException {
        String text = new String(file, StandardCharsets.UTF_8);
        int line = text.indexOf('\n');
        byte[] body = text.substring(line + 1)
                .replaceFirst("\"schema\":[0-9]+", "\"schema\":99")
                .getBytes(StandardCharsets.UTF_8);
        String sum =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        String head = text.substring(0, line).replaceFirst("[0-9a-f]{64}$", sum) + "\n";
        return (head + new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    /** From the moment at which it begins to deploy its verticles, which its log tells, to an answer out of the file. */
    private static void servesItsFile(Scene scene, Node node) throws IOException {
        Api api = new Api(node, scene.key("server"));
        double launched = scene.secondsUntil(START, () -> {
            Api.Answer answer = api.get(node.assignments("user_id=" + Population.id(1) + "&platform=web"));
            return answer.status() == 200 && !answer.json().getBoolean("degraded", false);
        });
        LocalTime served = LocalTime.now();
        node.awaitReady();
        double seconds = Double.isInfinite(launched) ? launched : between(deployment(node), served);
        scene.report().note("%s answers %.1f s after its process began".formatted(node, launched));
        scene.report()
                .atMost(
                        node + ": from the begin of its deployment to an answer from its file",
                        seconds,
                        scene.quick() ? SERVES_SECONDS_QUICK : SERVES_SECONDS,
                        "s");
        String source = node.source();
        scene.report().check(node + ": source of what it serves", source.equals("file"), source, "file");
    }

    /** All verticles begin together; when the first of them did. */
    private static LocalTime deployment(Node node) throws IOException {
        return DEPLOYED.matcher(node.output())
                .results()
                .map(line -> LocalTime.parse(line.group(1)).minus(Duration.ofMillis(Long.parseLong(line.group(2)))))
                .min(Comparator.naturalOrder())
                .orElseThrow(() -> new IOException(node + " does not tell when it deployed its verticles"));
    }

    private static double between(LocalTime from, LocalTime to) {
        return Math.floorMod(
                        ChronoUnit.MILLIS.between(from, to), Duration.ofDays(1).toMillis())
                / 1e3;
    }

    private static void degraded(Scene scene, Node node) throws IOException {
        Api api = new Api(node, scene.key("server"));
        Api.Answer[] last = new Api.Answer[1];
        scene.secondsUntil(START, () -> {
            last[0] = api.get(node.assignments("user_id=" + Population.id(1) + "&platform=web"));
            return last[0].status() > 0;
        });
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(scene.quick() ? 1 : 5);
        int wrong = 0;
        int asked = 0;
        do {
            Api.Answer answer = api.get(node.assignments("user_id=" + Population.id(asked++)));
            boolean right = answer.status() == 200 && answer.json().getBoolean("degraded", false);
            wrong += right ? 0 : 1;
            last[0] = right ? last[0] : answer;
            scene.pause(Duration.ofMillis(20));
        } while (System.nanoTime() < until);
        scene.report()
                .check(
                        node + " file: answers other than 200, degraded",
                        wrong == 0,
                        wrong + " of " + asked + (wrong == 0 ? "" : " such as " + last[0]),
                        "at most 0");
    }
}
