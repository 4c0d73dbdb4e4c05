package io.assay.drill;

import io.assay.drill.KafkaWire.Request;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The worker is killed again and again, at moments that a proxy sees or that chance gives. */
final class WorkerKilled extends CountingDrill {
    private static final int SEEDS = 20;
    private static final int SEEDS_QUICK = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private enum Moment {
        ANY,
        FLUSHED,
        COMMITTING,
        COMMITTED,
        STORED
    }

    private final List<Moment> moments;
    private final boolean quick;

    private WorkerKilled(String name, String sentence, boolean quick, Moment... moments) {
        super(name, sentence);
        this.quick = quick;
        this.moments = List.of(moments);
    }

    static Drill join() {
        return new WorkerKilled(
                "worker-killed",
                "The worker is killed 20 times: any time, between flush and commit, in the commit and just after it.",
                false,
                Moment.COMMITTING,
                Moment.ANY,
                Moment.FLUSHED,
                Moment.COMMITTED);
    }

    static Drill sink() {
        return new WorkerKilled(
                "sink-killed",
                "The worker is killed 20 times after the store has the sink's rows and before the broker hears of it.",
                false,
                Moment.STORED);
    }

    @Override
    public boolean isQuick() {
        return quick;
    }

    @Override
    public void run(Scene scene) throws Exception {
        int seeds = scene.quick() ? SEEDS_QUICK : SEEDS;
        Pipeline pipeline = Pipeline.start(scene, 1, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic();
        Node worker = pipeline.worker();
        pipeline.awaitCounts();
        int struck = 0;
        for (int seed = 0; seed < seeds; seed++) {
            long before = pipeline.referee.asOf();
            double seconds = scene.secondsUntil(PATIENCE, () -> pipeline.referee.asOf() > before);
            if (seconds == Double.POSITIVE_INFINITY) {
                break;
            }
            strike(scene, worker, new Random(seed), moments.get(seed % moments.size()));
            struck++;
            pipeline.referee.judgeCommitted("after kill " + struck);
            worker.startAgain().awaitReady();
        }
        scene.report().check("kills, each of a worker that counted", struck == seeds, struck, "exactly " + seeds);
        pipeline.referee.judge("in the end", traffic);
        scene.report().note(traffic.toString());
    }

    private static void strike(Scene scene, Node worker, Random random, Moment moment) throws Exception {
        KafkaWire wire = scene.servers().broker().wire();
        scene.pause(Duration.ofMillis(random.nextInt(400)));
        CompletableFuture<Void> sprung =
                switch (moment) {
                    case ANY -> CompletableFuture.runAsync(worker::kill);
                    case FLUSHED -> wire.strikeBefore(Request.TXN_OFFSET_COMMIT, worker::kill);
                    case COMMITTING -> wire.strikeBefore(Request.END_TXN, worker::kill);
                    case COMMITTED -> wire.strikeAfter(Request.END_TXN, worker::kill);
                    case STORED -> wire.strikeBefore(Request.OFFSET_COMMIT, worker::kill);
                };
        sprung.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
