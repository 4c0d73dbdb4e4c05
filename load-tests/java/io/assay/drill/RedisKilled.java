package io.assay.drill;

import io.assay.embedded.EmbeddedServers.Kind;
import java.time.Duration;
import java.util.List;

/** Redis dies under load, and comes back. */
final class RedisKilled implements Drill {
    private static final int RATE = 200;

    @Override
    public String name() {
        return "redis-killed";
    }

    @Override
    public String sentence() {
        return "Redis is killed under load and started again; changes go on arriving by the database.";
    }

    @Override
    public boolean isQuick() {
        return true;
    }

    @Override
    public void run(Scene scene) throws Exception {
        NodeSpec owners =
                scene.node("owners").roles("admin", "config", "assignment").clustered();
        NodeSpec users = scene.node("users").clustered();
        List<Node> nodes = List.of(owners.launch(), users.launch());
        nodes.forEach(Node::awaitReady);
        scene.experiments(6);
        scene.census(nodes);
        Traffic traffic = scene.traffic(RATE, nodes);
        Duration span = Duration.ofSeconds(scene.quick() ? 3 : 30);
        scene.report().note("before: " + traffic.during(span));
        long fault = traffic.mark();
        scene.servers().kill(Kind.REDIS);
        scene.pause(span);
        scene.publish("without_redis");
        scene.report()
                .atMost(
                        "a change without Redis shows on all nodes",
                        scene.secondsUntilShown("without_redis", nodes, Duration.ofSeconds(10)),
                        10,
                        "s");
        Answers during = traffic.since(fault);
        scene.report().note("without Redis: " + during);
        scene.report().atMost("answers other than 200", during.not200(), 0);
        scene.report().atMost("degraded answers", during.degraded(), 0);
        scene.servers().restore(Kind.REDIS);
    }
}
