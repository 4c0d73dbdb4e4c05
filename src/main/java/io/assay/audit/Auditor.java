package io.assay.audit;

import io.assay.analytics.MetricStore;
import io.assay.catalog.Measured;
import io.assay.catalog.MeasuredExperiment;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final AuditMeters meters;
    private final Map<String, Report> newest = new LinkedHashMap<>();
    private Future<Void> last = Future.succeededFuture();
    private int count;

    /** What is audited, and the query that it is held against. */
    record Neighbours(Supplier<Future<Measured>> measured, MetricStore store, String query) {}

    Auditor(Vertx vertx, AuditConfig config, Neighbours neighbours, AuditMeters meters, Clock clock) {
        this.vertx = vertx;
        this.config = config;
        this.neighbours = neighbours;
        this.meters = meters;
        this.clock = clock;
        meters.finished(clock.instant());
    }

    Optional<Report> newest(String experimentId) {
        return Optional.ofNullable(newest.get(experimentId));
    }

    /** The audit of that generation of an experiment, begun as soon as those before it are through; one that runs is not doubled. */
    Report begin(MeasuredExperiment experiment, Measured measured, int generation) {
        meters.serves(measured.generations().served());
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

    /**
     * Audits all experiments that can still change, or that differed when they were audited last; completes when the last one
     * is through. A night is done only if every audit could be made.
     */
    Future<Void> all() {
        List<Report> night = new ArrayList<>();
        return neighbours
                .measured()
                .get()
                .compose(measured -> {
                    meters.serves(measured.generations().served());
                    Future<Void> done = Future.succeededFuture();
                    for (MeasuredExperiment experiment : measured.experiments()) {
                        done = done.compose(v -> unlessSettled(experiment, measured, night));
                    }
                    return done;
                })
                .onFailure(e -> meters.failed())
                .compose(begun -> last)
                .onSuccess(v -> {
                    if (night.stream().noneMatch(Report::isFailed)) {
                        meters.finished(clock.instant());
                    }
                });
    }

    private Future<Void> unlessSettled(MeasuredExperiment experiment, Measured measured, List<Report> night) {
        int served = measured.generations().served();
        long window = experiment.longestWindowMillis();
        return neighbours.store().totals(served, experiment.id()).map(totals -> {
            if (meters.differed(experiment.id()) || !totals.isFinal(experiment.endMillis(), window)) {
                night.add(begin(experiment, measured, served));
            }
            return null;
        });
    }
}
