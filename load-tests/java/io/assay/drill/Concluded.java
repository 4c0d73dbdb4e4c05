package io.assay.drill;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** An experiment ends while events come: the oracle knows the end, and the referee tells whether all others knew it too. */
final class Concluded extends CountingDrill {
    Concluded() {
        super(
                "concluded",
                "An experiment is concluded under load: nothing at or after its end counts, all before it does.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        Pipeline pipeline = Pipeline.start(scene, 1, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic(20, new Behaviour(1, pipeline.trials, 400));
        scene.pause(Duration.ofSeconds(5));
        Trial ends = pipeline.trials.get(0);
        JsonObject answer = scene.api(pipeline.front)
                .expect(200, "PATCH", "/experiments/" + ends.id(), "{\"status\":\"concluded\"}");
        long end = Instant.parse(answer.getString("end")).toEpochMilli();
        scene.report().note("its end is %.1f s ahead".formatted((end - System.currentTimeMillis()) / 1e3));
        scene.secondsUntil(Duration.ofSeconds(120), () -> System.currentTimeMillis() > end + 5_000);
        pipeline.referee.trials(List.of(ends.endingAt(end), pipeline.trials.get(1)));
        pipeline.referee.judge("in the end", traffic);
        long before = near(pipeline, ends, end - 3_000, end);
        long after = near(pipeline, ends, end, end + 3_000);
        scene.report()
                .check(
                        "exposures in the 3 s before the end, and in those after it",
                        before > 10 && after > 10,
                        before + " and " + after,
                        "more than 10 of both");
        scene.report().note(traffic.toString());
    }

    private static long near(Pipeline pipeline, Trial trial, long from, long to) {
        return pipeline.referee.log().exposures().stream()
                .filter(row -> row.what().experimentId().equals(trial.id()))
                .filter(row -> row.what().ts() >= from && row.what().ts() < to)
                .count();
    }
}
