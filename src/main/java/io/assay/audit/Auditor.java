package io.assay.audit;

import io.assay.analytics.MetricStore;
import io.assay.catalog.Measured;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.Metric;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Audits one after another, and keeps the newest report of each experiment. Belongs to one context. */
final class Auditor {
    private static final Logger log = LoggerFactory.getLogger(Auditor.class);

    private final Vertx vertx;
    private final AuditConfig config;
    private final Neighbours neighbours;
    private final Clock clock;
    private final AuditMeters meters = new AuditMeters();
    private final Map<String, Report> newest = new LinkedHashMap<>();
    private Future<Void> last = Future.succeededFuture();
    private int count;

    /** What is audited, and the query that it is held against. */
    record Neighbours(Supplier<Future<Measured>> measured, MetricStore store, String query) {}

    Auditor(Vertx vertx, AuditConfig config, Neighbours neighbours, Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.neighbours = neighbours;
        this.clock = clock;
        meters.finished(clock.instant());
    }

    Optional<Report> newest(String experimentId) {
        return Optional.ofNullable(newest.get(experimentId));
    }

    /** The audit of that generation of an experiment, begun as soon as those before it are through; one that runs is not doubled. */
    Report begin(MeasuredExperiment experiment, Measured measured, int generation) {
        Report known = newest.get(experiment.id());
        if (known != null && known.isRunning() && known.generation() == generation) {
            return known;
        }
        Report report = new Report(++count, experiment.id(), experiment.key(), generation, clock.instant());
        newest.put(experiment.id(), report);
        last = last.transform(before -> Audit.run(
                        vertx,
                        config,
                        neighbours.store(),
                        neighbours.query(),
                        new Audit.Run(experiment, measured, report)))
                .transform(done -> {
                    ended(
                            report,
                            done.failed() ? done.cause() : null,
                            measured.generations().served());
                    return Future.succeededFuture();
                });
        return report;
    }

    private void ended(Report report, @Nullable Throwable failure, int served) {
        report.end(clock.instant(), failure == null ? null : String.valueOf(failure.getMessage()));
        if (failure != null) {
            meters.failed();
            log.warn("The audit of {} could not be made: {}", report.experimentId(), failure.toString());
        } else if (report.generation() == served) {
            meters.audited(report);
        }
        if (report.differing() > 0) {
            log.error("Served totals differ from the log: {}", report.view().encode());
        }
    }

    /** Audits all experiments that can still change; completes when the last one is through. */
    Future<Void> all() {
        return neighbours
                .measured()
                .get()
                .compose(measured -> {
                    Future<Void> done = Future.succeededFuture();
                    for (MeasuredExperiment experiment : measured.experiments()) {
                        done = done.compose(v -> unlessFinal(experiment, measured));
                    }
                    return done;
                })
                .compose(begun -> last)
                .onSuccess(v -> meters.finished(clock.instant()));
    }

    private Future<Void> unlessFinal(MeasuredExperiment experiment, Measured measured) {
        int served = measured.generations().served();
        long window = experiment.metrics().stream()
                .map(Metric::windowMillis)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        return neighbours.store().totals(served, experiment.id()).map(totals -> {
            if (!totals.isFinal(experiment.endMillis(), window)) {
                begin(experiment, measured, served);
            }
            return null;
        });
    }
}
