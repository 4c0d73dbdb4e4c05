package io.assay.drill;

import io.vertx.core.json.JsonObject;
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

    /** Of what may wait; the next batch does not fit in then. */
    private static final double FULL = 0.8;

    private static final int BUDGET_BYTES = 1 << 20;
    private static final int HEAP_MEGABYTES = 32;

    BrokersAway() {
        super(
                "brokers-away",
                "All brokers hang, then are gone, 2 min in all: 503 at once, nothing acknowledged is lost.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        scene.allow("ERROR Sink: The sink failed and opens another consumer"); // after a minute in vain
        Pipeline pipeline = Pipeline.start(scene, 1, BrokersAway::letLittleWait, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic();
        scene.pause(Duration.ofSeconds(5));
        EventTraffic flood = flood(scene, pipeline);
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
        pipeline.referee.judge("in the end", flood, traffic);
        scene.report().note(traffic.toString());
    }

    private static void letLittleWait(NodeSpec front) {
        front.with("ingestion", new JsonObject().put("inFlightBytes", BUDGET_BYTES));
    }

    /** More comes than may wait, before anybody noticed that the broker hangs. */
    private static EventTraffic flood(Scene scene, Pipeline pipeline) throws Exception {
        Node front = pipeline.front;
        long heap = Hostile.heapMegabytes(front);
        scene.servers().broker().hang();
        EventTraffic flood =
                new EventTraffic(scene, front.ingestionPort(), new Flood(pipeline.trials), 100, Flood.BATCH);
        scene.report()
                .atMost(
                        "flood: what may wait does after",
                        scene.secondsUntil(Duration.ofSeconds(5), () -> waiting(front) > FULL * BUDGET_BYTES),
                        5,
                        "s");
        scene.pause(Duration.ofNanos(NOTICED_NANOS));
        long waiting = (long) waiting(front);
        scene.report()
                .check(
                        "flood: bytes that wait",
                        waiting > FULL * BUDGET_BYTES && waiting <= BUDGET_BYTES,
                        "%,d".formatted(waiting),
                        "at most %,d, and close to it".formatted(BUDGET_BYTES));
        scene.report()
                .atMost("flood: heap in use, over before (MB)", Hostile.heapMegabytes(front) - heap, HEAP_MEGABYTES);
        scene.servers().broker().restore();
        Posts refused = flood.overBudget();
        scene.report().note("flood: too much for what may wait: " + refused);
        scene.report().check("flood: posts refused for that", refused.count() > 0, refused.count(), "some");
        scene.report().atMost("flood: p90 of such a refusal", refused.percentileMillis(90), REFUSED_MILLIS, "ms");
        pipeline.referee.taken("flood", flood);
        return flood;
    }

    private static double waiting(Node front) {
        return front.gauge("assay_events_in_flight_bytes");
    }

    /** Users who do much in little time. */
    private static final class Flood extends Behaviour {
        static final int BATCH = 200;

        Flood(List<Trial> trials) {
            super(2, trials, 400);
        }

        @Override
        protected String user() {
            return "flooding-with-a-long-name-".repeat(3) + random.nextInt(users);
        }

        @Override
        boolean hasIds() {
            return true; // two behaviours may make equal events, which only ids tell apart
        }
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
