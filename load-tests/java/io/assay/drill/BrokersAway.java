package io.assay.drill;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Nobody acknowledges anything for two minutes: posts are refused at once, users who only ask notice nothing. */
final class BrokersAway extends CountingDrill {
    private static final Duration AWAY = Duration.ofSeconds(120);
    /** After so long without any acknowledgement the broker counts as away; until then posts wait. */
    private static final long NOTICED_NANOS = TimeUnit.MILLISECONDS.toNanos(3_000);

    private static final double REFUSED_MILLIS = 100;
    private static final double LONGEST_MILLIS = 6_000;

    BrokersAway() {
        super(
                "brokers-away",
                "All brokers hang, then are gone, 2 min in all: 503 at once, nothing acknowledged is lost.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        scene.allow("ERROR Sink: The sink failed and opens another consumer"); // after a minute in vain
        Pipeline pipeline = Pipeline.start(scene, 1, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic();
        Traffic users = scene.traffic(100, List.of(pipeline.front));
        Broker broker = scene.servers().broker();
        scene.pause(Duration.ofSeconds(5));
        long fault = System.nanoTime();
        broker.hang();
        scene.pause(AWAY.dividedBy(2));
        judge(scene, traffic, "hanging", fault);
        long killed = System.nanoTime();
        broker.kill();
        scene.pause(AWAY.dividedBy(2));
        judge(scene, traffic, "gone", killed);
        Answers answers = users.since(fault);
        broker.restore();
        scene.report().note("assignments meanwhile: " + answers);
        scene.report().atMost("assignments other than 200", answers.not200(), 0);
        scene.report().atMost("degraded assignments", answers.degraded(), 0);
        long back = System.nanoTime();
        scene.report()
                .atMost(
                        "events are taken again after",
                        scene.secondsUntil(
                                Duration.ofSeconds(30),
                                () -> traffic.posts()
                                                .between(back, Long.MAX_VALUE)
                                                .of(201)
                                                .count()
                                        > 0),
                        30,
                        "s");
        pipeline.referee.judge("in the end", traffic);
        scene.report().note(traffic.toString());
    }

    private static void judge(Scene scene, EventTraffic traffic, String how, long fault) {
        Posts posts = traffic.posts().between(fault + NOTICED_NANOS, System.nanoTime());
        scene.report().note(how + ": " + posts);
        scene.report()
                .check(
                        how + ": posts are refused with 503",
                        posts.count() > 0 && posts.of(503).count() == posts.count(),
                        posts.of(503).count() + " of " + posts.count(),
                        "all");
        scene.report().atMost(how + ": p99 of a refusal", posts.percentileMillis(99), REFUSED_MILLIS, "ms");
        scene.report()
                .atMost(
                        how + ": longest wait of a post",
                        traffic.posts().between(fault, System.nanoTime()).maxMillis(),
                        LONGEST_MILLIS,
                        "ms");
    }
}
