package io.assay.drill;

import io.assay.embedded.EmbeddedServers.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Nodes start without Redis, get it, lose it, and find it empty. */
final class RedisAway implements Drill {
    private static final int RATE = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    public String name() {
        return "redis-away";
    }

    @Override
    public String sentence() {
        return "Redis is absent at boot, comes, is killed, comes back, hangs, and is flushed, all under load.";
    }

    @Override
    public boolean isQuick() {
        return true;
    }

    @Override
    public void run(Scene scene) throws Exception {
        scene.servers().kill(Kind.REDIS);
        NodeSpec owners =
                scene.node("owners").roles("admin", "config", "assignment").clustered();
        NodeSpec users = scene.node("users").clustered();
        List<Node> nodes = List.of(owners.launch(), users.launch());
        nodes.forEach(Node::awaitReady);
        scene.experiments(6);
        change(scene, "never_any_redis");
        scene.census(nodes);
        Traffic traffic = scene.traffic(RATE, nodes);
        phase(scene, traffic, "absent since boot", () -> change(scene, "absent"));
        phase(scene, traffic, "first seen", () -> scene.servers().restore(Kind.REDIS));
        redisCatchesUp(scene, "Redis, empty at its start, has what nodes serve");
        phase(scene, traffic, "killed", () -> {
            scene.servers().kill(Kind.REDIS);
            change(scene, "killed");
        });
        scene.servers().restore(Kind.REDIS);
        redisCatchesUp(scene, "Redis, back, has what nodes serve");
        phase(scene, traffic, "hanging", () -> {
            scene.servers().hang(Kind.REDIS);
            change(scene, "hanging");
        });
        scene.servers().restore(Kind.REDIS);
        redisCatchesUp(scene, "Redis, awake, has what nodes serve");
        phase(scene, traffic, "flushed", () -> RedisCommand.send(scene.servers().port(Kind.REDIS), "FLUSHALL"));
        redisCatchesUp(scene, "Redis, flushed, has what nodes serve");
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void phase(Scene scene, Traffic traffic, String name, Work fault) throws IOException {
        long from = traffic.mark();
        fault.run();
        scene.pause(Duration.ofSeconds(scene.quick() ? 2 : 20));
        Answers answers = traffic.since(from);
        scene.report().note("Redis " + name + ": " + answers);
        scene.report().atMost("Redis " + name + ": answers other than 200", answers.not200(), 0);
        scene.report().atMost("Redis " + name + ": degraded answers", answers.degraded(), 0);
    }

    private static void change(Scene scene, String key) throws IOException {
        scene.publish(key);
        double seconds = scene.secondsUntilShown(key, scene.nodes(), PATIENCE);
        scene.report().atMost("a change (" + key + ") shows on all nodes", seconds, PATIENCE.toSeconds(), "s");
    }

    private static void redisCatchesUp(Scene scene, String claim) {
        double seconds = scene.secondsUntil(PATIENCE, () -> {
            try {
                String version =
                        RedisCommand.send(scene.servers().port(Kind.REDIS), "HGET", "assay:document:config", "version");
                return version.equals(Long.toString(scene.nodes().get(0).version("config")));
            } catch (IOException e) {
                return false;
            }
        });
        scene.report().atMost(claim, seconds, PATIENCE.toSeconds(), "s");
    }
}
