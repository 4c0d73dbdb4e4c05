package io.assay.metrics;

import io.assay.platform.Meters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What the sink counts: what the store took and how long it took, what failed, and what it refuses for good. */
final class SinkMeters {
    private final MeterRegistry registry = Meters.registry();
    private final Timer storing = registry.timer("assay.sink.storing");
    private final Counter records = registry.counter("assay.sink.records");
    private final Counter failures = registry.counter("assay.sink.failures");
    private final Counter leftOut = registry.counter("assay.sink.left.out");

    void stored(int count, long nanos) {
        storing.record(nanos, TimeUnit.NANOSECONDS);
        records.increment(count);
    }

    void failed() {
        failures.increment();
    }

    void leftOut() {
        leftOut.increment();
    }
}
