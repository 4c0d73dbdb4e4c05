package io.assay.drill;

import io.assay.analytics.Batch.AggregateRow;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All is counted anew beside what is served, while events come and the worker is killed, and then takes its place. */
final class Rebuilt extends CountingDrill {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    Rebuilt() {
        super(
                "rebuild",
                "A new generation is built under load, the worker killed in it; it equals the old one row for row.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        Pipeline pipeline = Pipeline.start(scene, 1, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic();
        scene.pause(Duration.ofSeconds(10));
        Referee referee = pipeline.referee;
        int served = referee.generation();
        Api api = scene.api(pipeline.front);
        int built = api.expect(201, "POST", "/rebuild", "").getInteger("building");
        scene.pause(Duration.ofSeconds(3));
        pipeline.worker().kill();
        pipeline.worker().startAgain().awaitReady();
        report(scene, "everything is acknowledged within", traffic.settle(scene, PATIENCE));
        long now = System.currentTimeMillis();
        report(
                scene,
                "the old one is up to date after",
                scene.secondsUntil(PATIENCE, () -> referee.asOf(served) >= now));
        report(
                scene,
                "the new one is up to date after",
                scene.secondsUntil(PATIENCE, () -> referee.asOf(built) >= now));
        compare(scene, pipeline, served, built);
        traffic.goOn();
        JsonObject flipped = api.expect(200, "POST", "/rebuild/flip?accept=moving", "");
        scene.report()
                .check("what was built is served", flipped.getInteger("served") == built, flipped.encode(), "" + built);
        referee.generation(built);
        scene.pause(Duration.ofSeconds(5));
        referee.judge("after the flip", traffic);
        scene.report().note(traffic.toString());
    }

    private static void report(Scene scene, String what, double seconds) {
        scene.report().atMost(what, seconds, PATIENCE.toSeconds(), "s");
    }

    private static void compare(Scene scene, Pipeline pipeline, int served, int built) throws Exception {
        List<String> differences = new ArrayList<>();
        int rows = 0;
        for (Trial trial : pipeline.trials) {
            Map<Integer, String> old = rows(pipeline.referee.rows(served, trial));
            Map<Integer, String> anew = rows(pipeline.referee.rows(built, trial));
            rows += old.size();
            if (!old.equals(anew)) {
                differences.add(old + " is not " + anew);
            }
        }
        scene.report()
                .check(
                        "rows of the new generation = rows of the old one",
                        differences.isEmpty() && rows > 0,
                        rows + " rows " + differences,
                        "equal");
    }

    private static Map<Integer, String> rows(List<AggregateRow> rows) {
        Map<Integer, String> byPartition = new TreeMap<>();
        for (AggregateRow row : rows) {
            byPartition.put(
                    row.partition(),
                    new TreeMap<>(row.totals().all()) + " "
                            + new TreeMap<>(row.totals().clean()) + row.totals().multipleExposures()
                            + row.totals().excludedUsers());
        }
        return byPartition;
    }
}
