package io.assay.drill;

import java.nio.file.Path;
import java.time.Duration;

/** The local state is lost, after an orderly end and after a kill. */
final class StateWiped extends CountingDrill {
    StateWiped() {
        super("state-wiped", "The worker loses its folder, after an orderly end and after a kill, and reads it back.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        Pipeline pipeline = Pipeline.start(scene, 1, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic(15, new Behaviour(1, pipeline.trials, 20_000));
        scene.pause(Duration.ofSeconds(15));
        Node worker = pipeline.worker();
        wipe(scene, pipeline, "ended", worker::terminate);
        scene.pause(Duration.ofSeconds(5));
        wipe(scene, pipeline, "killed", worker::kill);
        pipeline.referee.judge("in the end", traffic);
        scene.report().note(traffic.toString());
    }

    private static void wipe(Scene scene, Pipeline pipeline, String how, Runnable end) throws Exception {
        Node worker = pipeline.worker();
        end.run();
        Path state = worker.data().resolve("streams");
        Scene.empty(state);
        pipeline.referee.judgeCommitted(how);
        long begun = System.nanoTime();
        worker.startAgain().awaitReady();
        double ready = (System.nanoTime() - begun) / 1e9;
        double caughtUp = pipeline.referee.secondsUntilCounted(Duration.ofSeconds(60));
        scene.report().atMost(how + ": from its start to up to date", ready + caughtUp, 60, "s");
        scene.report().note("%s: ready after %.1f s, up to date %.1f s later".formatted(how, ready, caughtUp));
    }
}
