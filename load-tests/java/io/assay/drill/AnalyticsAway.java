package io.assay.drill;

import io.assay.testkit.ClickHouseServer;
import java.time.Duration;

/** The store of counts is gone for two minutes, then slow. */
final class AnalyticsAway extends CountingDrill {
    private static final Duration AWAY = Duration.ofSeconds(120);
    private static final Duration SLOW = Duration.ofMillis(200);

    private final boolean onClickHouse;

    private AnalyticsAway(String name, String store, boolean onClickHouse) {
        super(
                name,
                store + " with the counts is away for 2 min, then slow: results say that they are old, and catch up.");
        this.onClickHouse = onClickHouse;
    }

    static Drill postgres() {
        return new AnalyticsAway("analytics-away", "PostgreSQL", false);
    }

    static Drill clickHouse() {
        return new AnalyticsAway("clickhouse-away", "ClickHouse", true);
    }

    @Override
    public void run(Scene scene) throws Exception {
        if (onClickHouse && !ClickHouseServer.isInstalled()) {
            scene.leaveOut("no clickhouse-server is here (apt-get install clickhouse-server)");
            return;
        }
        if (onClickHouse) {
            scene.servers().keepCountsInClickHouse();
        }
        Pipeline pipeline = Pipeline.start(scene, 1, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic();
        pipeline.awaitCounts();
        String results = "/experiments/" + pipeline.trials.get(0).id() + "/results";
        Api reader = new Api(pipeline.front, scene.key("read"));
        reader.get(pipeline.front.results(results), "Cache-Control", "no-cache");
        Proxy proxy = scene.servers().analytics();
        long fault = System.nanoTime();
        proxy.cut();
        scene.pause(Duration.ofSeconds(10));
        Api.Answer answer = reader.get(pipeline.front.results(results), "Cache-Control", "no-cache");
        scene.report()
                .check(
                        "results are the last ones, and say so",
                        answer.status() == 200 && answer.json().getBoolean("stale", false),
                        answer.status() + " "
                                + answer.text()
                                        .substring(
                                                0, Math.min(120, answer.text().length())),
                        "200, stale");
        scene.pause(AWAY.minusSeconds(10));
        Posts posts = traffic.posts().between(fault, System.nanoTime());
        scene.report().note("meanwhile: " + posts);
        scene.report()
                .atMost(
                        "posts other than 201 meanwhile",
                        posts.count() - posts.of(201).count(),
                        0);
        proxy.slow(SLOW);
        proxy.restore();
        scene.pause(Duration.ofSeconds(20));
        pipeline.referee.judgeCommitted("slow");
        proxy.slow(Duration.ZERO);
        pipeline.referee.judge("in the end", traffic);
        scene.report().note(traffic.toString());
    }
}
