package io.assay.drill;

import java.time.Duration;
import java.util.List;

/** Workers hang for three times as long as the group waits for them, and go on as if nothing had been. */
final class WorkersFrozen extends CountingDrill {
    /** Three times as long as the broker waits for a silent one. */
    private static final Duration FROZEN = Duration.ofSeconds(30);

    WorkersFrozen() {
        super(
                "workers-frozen",
                "One of two workers, then both, hang for three times as long as the broker waits, and go on.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        scene.allow("ConsumerCoordinator: .* Offset commit failed"); // by one who wakes up and is no member any more
        // by one whose commit ran out of time: it begins again from the last one
        scene.allow("TaskManager: .*TaskCorruptedException");
        Pipeline pipeline = Pipeline.start(scene, 2, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic();
        pipeline.awaitCounts();
        freeze(scene, pipeline, "one", pipeline.workers.subList(0, 1));
        freeze(scene, pipeline, "both", pipeline.workers);
        pipeline.referee.judge("in the end", traffic);
        scene.report().note(traffic.toString());
    }

    private static void freeze(Scene scene, Pipeline pipeline, String which, List<Node> workers) throws Exception {
        for (Node worker : workers) {
            worker.hang();
        }
        scene.pause(FROZEN);
        long others = System.currentTimeMillis() - pipeline.referee.asOf();
        for (Node worker : workers) {
            worker.resume();
        }
        scene.report()
                .note("%s frozen: behind by %.1f s at its end, and counted up to date %.1f s later"
                        .formatted(which, others / 1e3, pipeline.referee.secondsUntilCounted(Duration.ofSeconds(60))));
        pipeline.referee.judgeCommitted(which + " frozen");
    }
}
