package io.assay.audit;

import io.assay.platform.Meters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What audits found, for the alarm. */
final class AuditMeters {
    private final Map<String, Integer> differing = new ConcurrentHashMap<>();
    private volatile double finished;
    private final Counter audited;
    private final Counter failed;

    AuditMeters() {
        MeterRegistry registry = Meters.registry();
        audited = registry.counter("assay.audit.experiments");
        failed = registry.counter("assay.audit.failed");
        Gauge.builder("assay.audit.differences", this, AuditMeters::differences)
                .description("Served numbers that differ from the batch query over the raw log, at the last audits")
                .strongReference(true)
                .register(registry);
        Gauge.builder("assay.audit.finished", this, meters -> meters.finished)
                .description("When the audit of all experiments last ended")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
    }

    private double differences() {
        return differing.values().stream().mapToInt(Integer::intValue).sum();
    }

    void audited(Report report) {
        audited.increment();
        differing.put(report.experimentId(), report.differing());
    }

    void failed() {
        failed.increment();
    }

    /** All were audited; a process that starts has that behind it. */
    void finished(Instant now) {
        finished = now.getEpochSecond();
    }
}
