package io.assay.drill;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Whatever the broker says arrives half a second late. */
final class SlowAcks extends CountingDrill {
    private static final Duration DELAY = Duration.ofMillis(500);

    SlowAcks() {
        super("slow-acks", "All that the broker says comes 500 ms late for 30 s: events are taken, slowly.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        Pipeline pipeline = Pipeline.start(scene, 1, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic();
        scene.pause(Duration.ofSeconds(5));
        Proxy proxy = scene.servers().broker().proxy();
        long fault = System.nanoTime();
        proxy.slow(DELAY);
        scene.pause(Duration.ofSeconds(30));
        Posts posts = traffic.posts().between(fault + TimeUnit.SECONDS.toNanos(1), System.nanoTime());
        proxy.slow(Duration.ZERO);
        scene.report().note("slowed: " + posts);
        scene.report()
                .atMost("posts other than 201", posts.count() - posts.of(201).count(), 0);
        scene.report()
                .check(
                        "they waited for the acknowledgement",
                        posts.percentileMillis(1) >= DELAY.toMillis(),
                        "%.0f ms".formatted(posts.percentileMillis(1)),
                        "at least " + DELAY.toMillis() + " ms");
        scene.pause(Duration.ofSeconds(5));
        pipeline.referee.judge("in the end", traffic);
        scene.report().note(traffic.toString());
    }
}
