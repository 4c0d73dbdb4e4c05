package io.assay.ingestion;

import io.assay.platform.Meters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What ingestion counts. */
final class IngestionMeters {
    private final MeterRegistry registry = Meters.registry();
    private final Counter exposures = registry.counter("assay.events.accepted", "type", "exposure");
    private final Counter goals = registry.counter("assay.events.accepted", "type", "goal");
    private final Counter unpublished = registry.counter("assay.events.unpublished");
    private final Timer publishing = registry.timer("assay.events.publishing");

    void rejected(List<Intake.Rejected> rejected) {
        for (Intake.Rejected one : rejected) {
            registry.counter("assay.events.rejected", "code", one.error().code())
                    .increment();
        }
    }

    void published(Intake.Outcome outcome, boolean safe, long nanos) {
        publishing.record(nanos, TimeUnit.NANOSECONDS);
        if (safe) {
            exposures.increment(outcome.exposures().size());
            goals.increment(outcome.goals().size());
        } else {
            unpublished.increment(outcome.received());
        }
    }
}
