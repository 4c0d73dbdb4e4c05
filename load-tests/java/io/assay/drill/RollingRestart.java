package io.assay.drill;

import io.vertx.core.json.JsonObject;
import java.time.Duration;

/** One node after the other is ended in order and started again, under load. */
final class RollingRestart implements Drill {
    private static final int RATE = 300;
    private static final int DRAIN_MILLIS = 1_500;

    @Override
    public String name() {
        return "rolling-restart";
    }

    @Override
    public String sentence() {
        return "Three nodes are restarted in turn under load, behind a balancer that asks who is ready; no request fails.";
    }

    @Override
    public boolean isQuick() {
        return true;
    }

    @Override
    public void run(Scene scene) throws Exception {
        Trio trio = Trio.start(
                scene,
                specs -> specs.forEach(spec -> spec.with("http", new JsonObject().put("drainMillis", DRAIN_MILLIS))));
        Traffic traffic = scene.traffic(RATE, trio.all());
        Duration span = Duration.ofSeconds(scene.quick() ? 1 : 15);
        try (Balancer balancer = Balancer.before(trio.all(), traffic)) {
            scene.report().note("before: " + traffic.during(span));
            long begun = traffic.mark();
            for (Node node : trio.all()) {
                int exit = node.terminate();
                scene.report().check(node + " ended in order", exit == 143, exit, "143, which is SIGTERM");
                node.startAgain().awaitReady();
                double seconds = scene.secondsUntil(
                        Duration.ofSeconds(10), () -> balancer.ready().contains(node));
                scene.report().atMost(node + " gets requests again after it is ready", seconds, 10, "s");
                scene.pause(span);
            }
            Answers all = traffic.since(begun);
            scene.report().note("meanwhile: " + all + " " + all.failures());
            scene.report().atMost("failed requests of %,d".formatted(all.count()), all.not200(), 0);
            scene.report().atMost("degraded answers", all.degraded(), 0);
        }
        trio.awaitWhole(scene, "the cluster is whole");
    }
}
