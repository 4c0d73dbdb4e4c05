package io.assay.drill;

import java.time.Duration;

/** The broker is ended in order, then killed, under ingestion. */
final class BrokerRestart extends CountingDrill {
    BrokerRestart() {
        super("broker-restart", "The broker is restarted, then killed and started again, while events come.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        scene.allow("ERROR Sink: The sink failed and opens another consumer"); // after a minute in vain
        Pipeline pipeline = Pipeline.start(scene, 1, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic();
        Broker broker = scene.servers().broker();
        scene.pause(Duration.ofSeconds(5));
        restart(scene, traffic, "restarted", broker::stop);
        scene.pause(Duration.ofSeconds(5));
        restart(scene, traffic, "killed", broker::kill);
        scene.pause(Duration.ofSeconds(5));
        pipeline.referee.judge("in the end", traffic);
        scene.report().note(traffic.toString());
    }

    private static void restart(Scene scene, EventTraffic traffic, String how, Runnable end) throws Exception {
        long fault = System.nanoTime();
        end.run();
        scene.servers().broker().restore();
        long back = System.nanoTime();
        double seconds = scene.secondsUntil(
                Duration.ofSeconds(30),
                () -> traffic.posts().between(back, Long.MAX_VALUE).of(201).count() > 0);
        scene.report().atMost(how + ": events are taken again after", seconds, 30, "s");
        scene.report()
                .atMost(how + ": posts without an answer", traffic.posts().of(0).count(), 0);
        scene.report()
                .note("%s: away for %.1f s; %s"
                        .formatted(how, (back - fault) / 1e9, traffic.posts().between(fault, System.nanoTime())));
    }
}
