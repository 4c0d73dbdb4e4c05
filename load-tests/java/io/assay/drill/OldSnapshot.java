package io.assay.drill;

import io.assay.embedded.EmbeddedServers.Kind;
import io.assay.snapshot.Document;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Somebody puts an old snapshot, or another one of the same version, where nodes look for news. */
final class OldSnapshot implements Drill {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern LOWER = Pattern.compile(
            "assay_snapshot_documents_total\\{kind=\"config\",outcome=\"lower\",source=\"([a-z]+)\"} ([0-9.E]+)");
    private static final Pattern ALARM = Pattern.compile("assay_snapshot_conflict\\{[^}]*} 1\\.0");
    private static final String HASH = "assay:document:config";

    @Override
    public String name() {
        return "old-snapshot";
    }

    @Override
    public String sentence() {
        return "An old snapshot is written to Redis and to Hazelcast after a new one, and then a false one: neither serves.";
    }

    @Override
    public boolean isQuick() {
        return false; // ChainIT sees the same on one node
    }

    /** What Redis holds. */
    private record Stored(String version, String sha256, String body) {
        static Stored read(int port) throws IOException {
            return new Stored(
                    RedisCommand.send(port, "HGET", HASH, "version"),
                    RedisCommand.send(port, "HGET", HASH, "sha256"),
                    RedisCommand.send(port, "HGET", HASH, "body"));
        }

        void write(int port) throws IOException {
            RedisCommand.send(port, "HSET", HASH, "version", version, "sha256", sha256, "body", body);
        }

        /** The same version with its first experiment's salt changed, which would move users. */
        Stored forged() {
            String other = body.replaceFirst("\"salt\":\"[0-9a-f]{4}", "\"salt\":\"0000");
            byte[] bytes = other.getBytes(StandardCharsets.UTF_8);
            Document document = Document.of(io.assay.snapshot.Kind.CONFIG, Long.parseLong(version), bytes);
            return new Stored(version, document.sha256(), other);
        }
    }

    @Override
    public void run(Scene scene) throws Exception {
        NodeSpec owners =
                scene.node("owners").roles("admin", "config", "assignment").clustered();
        NodeSpec users = scene.node("users").clustered();
        List<Node> nodes = List.of(owners.launch(), users.launch());
        nodes.forEach(Node::awaitReady);
        try (Intruder intruder = Intruder.join(List.of(owners.hazelcastPort(), users.hazelcastPort()))) {
            scene.report()
                    .check(
                            "members of the cluster, the intruder among them",
                            intruder.members() == 3,
                            intruder.members(),
                            "3");
            attack(scene, nodes, intruder);
        }
    }

    private static void attack(Scene scene, List<Node> nodes, Intruder intruder) throws Exception {
        int redis = scene.servers().port(Kind.REDIS);
        scene.experiments(6);
        everywhere(scene, nodes, intruder, scene.servers().version());
        Stored inRedis = Stored.read(redis);
        Object inHazelcast = intruder.documents().get("config");
        for (int i = 0; i < 4; i++) {
            scene.publish("newer_" + i);
        }
        long newest = scene.servers().version();
        everywhere(scene, nodes, intruder, newest);
        scene.census(nodes);
        Traffic traffic = scene.traffic(200, nodes);
        scene.report().note("the old one is %s, the new one %d".formatted(inRedis.version(), newest));
        long from = traffic.mark();
        for (int i = 0; i < (scene.quick() ? 1 : 10); i++) {
            long refused = refused(nodes, "redis");
            inRedis.write(redis);
            repaired(scene, "Redis", () -> refused(nodes, "redis") > refused && redisHas(redis, newest));
            long refusedFromPeers = refused(nodes, "peers");
            intruder.documents().put("config", inHazelcast);
            repaired(
                    scene,
                    "Hazelcast",
                    () -> refused(nodes, "peers") > refusedFromPeers && intruder.version("config") == newest);
        }
        forge(scene, nodes, redis, newest);
        Answers answers = traffic.since(from);
        scene.report().note("during all of it: " + answers);
        scene.report().atMost("answers other than 200", answers.not200(), 0);
        scene.report().atMost("degraded answers", answers.degraded(), 0);
    }

    private static void forge(Scene scene, List<Node> nodes, int redis, long newest) throws IOException {
        scene.report().check("no alarm before", !isAlarmed(nodes), isAlarmed(nodes), "false");
        scene.allow("is not the config [0-9]+ that is served"); // somebody has to know
        Stored.read(redis).forged().write(redis);
        double alarm = scene.secondsUntil(PATIENCE, () -> isAlarmed(nodes));
        scene.report().atMost("another content of the same version raises the alarm", alarm, PATIENCE.toSeconds(), "s");
        for (Node node : nodes) {
            long version = node.version("config");
            scene.report().check(node + " serves what it served", version == newest, version, "is " + newest);
        }
        scene.census(nodes);
    }

    private static boolean isAlarmed(List<Node> nodes) {
        return nodes.stream().anyMatch(node -> ALARM.matcher(node.metrics("assay_snapshot_conflict"))
                .find());
    }

    private static void everywhere(Scene scene, List<Node> nodes, Intruder intruder, long version) {
        int redis = scene.servers().port(Kind.REDIS);
        double seconds = scene.secondsUntil(
                PATIENCE,
                () -> nodes.stream().allMatch(node -> node.version("config") == version)
                        && intruder.version("config") == version
                        && redisHas(redis, version));
        scene.report().atMost("version " + version + " is everywhere", seconds, PATIENCE.toSeconds(), "s");
    }

    private static void repaired(Scene scene, String where, BooleanSupplier condition) {
        scene.report()
                .atMost(
                        where + ": an old one is refused, counted and replaced",
                        scene.secondsUntil(PATIENCE, condition),
                        PATIENCE.toSeconds(),
                        "s");
    }

    private static boolean redisHas(int port, long version) {
        try {
            return RedisCommand.send(port, "HGET", HASH, "version").equals(Long.toString(version));
        } catch (IOException e) {
            return false;
        }
    }

    /** How many old ones from that source the nodes have counted. */
    private static long refused(List<Node> nodes, String source) {
        long sum = 0;
        for (Node node : nodes) {
            Matcher matcher = LOWER.matcher(node.metrics("assay_snapshot_documents_total"));
            while (matcher.find()) {
                sum += matcher.group(1).equals(source) ? (long) Double.parseDouble(matcher.group(2)) : 0;
            }
        }
        return sum;
    }
}
