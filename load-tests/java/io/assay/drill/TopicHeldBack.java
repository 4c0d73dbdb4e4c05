package io.assay.drill;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One topic gets nothing for an hour of the broker's clock, while the other goes on; then all of that hour at once. */
final class TopicHeldBack extends CountingDrill {
    private static final int STEPS = 12;
    private static final Duration STEP = Duration.ofMinutes(5);
    private static final int EVENTS_A_STEP = 300;

    /** More than passes between two looks of the worker at the definitions. */
    private static final Duration KNOWN = Duration.ofSeconds(5);

    TopicHeldBack() {
        super(
                "topic-held-back",
                "Goals, then exposures, are held back for an hour of log time behind the other topic.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        Broker broker = scene.servers().broker();
        Duration behind = STEP.multipliedBy(2L * STEPS);
        broker.startAgain(behind.negated());
        Pipeline pipeline = Pipeline.start(
                scene,
                1,
                front -> front.with("ingestion", new JsonObject().put("heartbeatMillis", 3_600_000)),
                "alpha",
                "beta");
        List<Event> written = new ArrayList<>();
        try (LogWriter writer = new LogWriter(broker)) {
            InThePast behaviour = new InThePast(pipeline.trials);
            behaviour.clockBehind = behind.toMillis();
            // records so old can't tell the worker that the experiments may be newer than what it knows
            scene.pause(KNOWN);
            for (Event event : behaviour.next(EVENTS_A_STEP)) {
                written.add(event);
                writer.event(event);
            }
            writer.flush();
            for (String held : List.of("events", "exposures")) {
                List<Event> back = new ArrayList<>();
                long begun = System.currentTimeMillis() - behind.toMillis();
                for (int step = 0; step < STEPS; step++) {
                    behind = behind.minus(STEP);
                    broker.setClock(behind.negated());
                    behaviour.clockBehind = behind.toMillis();
                    for (Event event : behaviour.next(EVENTS_A_STEP)) {
                        written.add(event);
                        if (event.isExposure() == held.equals("exposures")) {
                            back.add(event);
                        } else {
                            writer.event(event);
                        }
                    }
                    writer.heartbeat(held.equals("events") ? "exposures" : "events");
                    writer.flush();
                    scene.pause(Duration.ofMillis(500));
                }
                long claimed = pipeline.referee.asOf() - begun;
                scene.report()
                        .atMost(
                                held + " held back: results claim to know of that hour",
                                Math.max(0, claimed) / 60_000.0,
                                STEP.toMinutes(),
                                "min");
                pipeline.referee.judgeCommitted(held + " held back");
                back.forEach(writer::event);
                writer.heartbeat("events");
                writer.heartbeat("exposures");
                writer.flush();
                scene.pause(Duration.ofSeconds(1));
            }
            scene.pause(Duration.ofSeconds(1));
            writer.heartbeat("events");
            writer.heartbeat("exposures");
            writer.flush();
            pipeline.referee.judgeServed("in the end", System.currentTimeMillis() - 1_000);
        }
        pipeline.referee.judgeLog("in the end", written);
    }

    /** By a clock that is as far behind as the broker's. */
    private static final class InThePast extends Behaviour {
        private long clockBehind;

        InThePast(List<Trial> trials) {
            super(1, trials, 300);
        }

        @Override
        protected long time() {
            return super.time() - clockBehind;
        }
    }
}
