package io.assay.results;

import io.assay.platform.Meters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** Reads of results of one kind, from the definitions and the analytics store, and those that failed. */
final class ResultsMeters {
    private final Timer reading;
    private final Counter failures;

    ResultsMeters(String kind) {
        MeterRegistry registry = Meters.registry();
        reading = registry.timer("assay.results.reading", "kind", kind);
        failures = registry.counter("assay.results.failures", "kind", kind);
    }

    void read(long nanos) {
        reading.record(nanos, TimeUnit.NANOSECONDS);
    }

    void failed() {
        failures.increment();
    }
}
