package io.assay.metrics;

import io.assay.platform.Meters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What one task of the join counts. */
final class JoinMeters {
    private final MeterRegistry registry = Meters.registry();
    private final Counter exposures = registry.counter("assay.join.records", "type", "exposure");
    private final Counter goals = registry.counter("assay.join.records", "type", "goal");
    private final Counter emitted = registry.counter("assay.join.emitted");
    private final Timer emitting = registry.timer("assay.join.emitting");
    /** Between a record's being received and the emission that has it in. */
    private final Timer delay = registry.timer("assay.join.delay");

    JoinMeters() {
        // shown from the start, so that a rate begins at zero
        List.of("unreadable", "unknown_experiment", "unknown_variant", "timestamp_in_future")
                .forEach(this::deadLetters);
    }

    private Counter deadLetters(String reason) {
        return registry.counter("assay.join.dead.letters", "reason", reason);
    }

    void taken(Source source) {
        (source == Source.EXPOSURES ? exposures : goals).increment();
    }

    void emitted() {
        emitted.increment();
    }

    /** @param newest when the newest record that is in it was received */
    void emission(long nanos, long newest, long now) {
        emitting.record(nanos, TimeUnit.NANOSECONDS);
        delay.record(Math.max(0, now - newest), TimeUnit.MILLISECONDS);
    }

    void discarded(Map<String, Long> byReason) {
        byReason.forEach((reason, count) ->
                registry.counter("assay.join.discarded", "reason", reason).increment(count));
    }

    /** @param reason what comes before a colon is one of a few words */
    void dead(String reason) {
        deadLetters(reason.replaceAll(":.*", "")).increment();
    }
}
