package io.assay.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What audits found, for the alarm. */
final class AuditMeters {
    private final Map<String, Finding> found = new ConcurrentHashMap<>();
    private volatile int served;
    private volatile double finished;
    private final Counter audited;
    private final Counter failed;

    /** What the last audit of an experiment found. */
    private record Finding(int generation, int differing) {}

    /**
     * Those of one auditor.
     *
     * @param nightly whether there are nights; where there are none, nobody can miss them
     */
    AuditMeters(MeterRegistry registry, boolean nightly) {
        audited = registry.counter("assay.audit.experiments");
        failed = registry.counter("assay.audit.failed");
        Gauge.builder("assay.audit.differences", this, AuditMeters::differences)
                .description("Served numbers that differ from the batch query over the raw log, at the last audits")
                .strongReference(true)
                .register(registry);
        if (nightly) {
            Gauge.builder("assay.audit.finished", this, meters -> meters.finished)
                    .description("When all experiments were last audited in one night")
                    .baseUnit("seconds")
                    .strongReference(true)
                    .register(registry);
        }
    }

    private double differences() {
        return found.values().stream()
                .filter(finding -> finding.generation() == served)
                .mapToInt(Finding::differing)
                .sum();
    }

    /** That generation is served: what was found in others is no alarm any more. */
    void serves(int generation) {
        served = generation;
    }

    void audited(Report report) {
        audited.increment();
        found.put(report.experimentId(), new Finding(report.generation(), report.differing()));
    }

    /** Whether numbers of it differed when it was audited last, in whichever generation. */
    boolean differed(String experimentId) {
        Finding last = found.get(experimentId);
        return last != null && last.differing() > 0;
    }

    void failed() {
        failed.increment();
    }

    /** All that had to be were audited; a process that starts has that behind it. */
    void finished(Instant now) {
        finished = now.getEpochSecond();
    }
}
