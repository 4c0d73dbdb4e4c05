package io.assay.drill;

import java.time.Duration;

/** Workers are added and removed all the time. */
final class WorkersComeAndGo extends CountingDrill {
    private static final int SIGTERM = 143;
    private static final int TIMES = 20;

    WorkersComeAndGo() {
        super(
                "workers-come-and-go",
                "A second worker is added and one of the two is removed, 20 times, while events come.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        Pipeline pipeline = Pipeline.start(scene, 1, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic();
        Node stays = pipeline.worker();
        Node comes = Pipeline.worker(scene, 1).start();
        int changes = 0;
        for (; changes < TIMES; changes++) {
            Node goes = changes % 3 == 0 ? comes : stays;
            Node left = goes == comes ? stays : comes;
            int exit = goes.terminate();
            if (exit != SIGTERM) {
                scene.report().check("a worker that is removed ends in order", false, exit, SIGTERM + ", for SIGTERM");
            }
            if (changes % 5 == 4) {
                pipeline.referee.judgeCommitted("after " + (changes + 1) + " changes");
            }
            goes.startAgain().awaitReady();
            stays = left;
            comes = goes;
        }
        scene.report().check("changes", changes == TIMES, changes, "exactly " + TIMES);
        scene.pause(Duration.ofSeconds(1));
        pipeline.referee.judge("in the end", traffic);
        scene.report().note(traffic.toString());
    }
}
