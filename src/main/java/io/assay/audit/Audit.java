package io.assay.audit;

import io.assay.analytics.Batch.RawExposure;
import io.assay.analytics.Batch.Watermark;
import io.assay.analytics.Cells;
import io.assay.analytics.MetricStore;
import io.assay.analytics.RawRange;
import io.assay.analytics.Standing;
import io.assay.catalog.Measured;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.MeasuredVariant;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The audit of one experiment: partition by partition, what one generation says is held against what the batch query gives
 * over the raw records below the same offsets.
 *
 * <p>Only users who were shown the experiment are copied, with all of their records, because what they did elsewhere can
 * exclude them; and a share of them at a time, so that its size is bounded. Users are apart in the query, so shares add up.
 *
 * <p>The store gets totals and raw records from different partitions of the log, so what it holds of one can be ahead of the
 * other. Nothing is compared before the store has all of the raw log that the totals are of; what differs all the same is
 * looked at again, and only what stays is reported.
 */
final class Audit {
    private static final long RECORDS_AT_ONCE = 1_000_000;
    private static final int LOOKS = 3;

    private final StoredLog log;
    private final MetricStore store;
    private final Scratch scratch;
    private final String experimentId;
    private final Map<String, Set<String>> variants = new HashMap<>();
    private final Report report;

    private Audit(StoredLog log, MetricStore store, Scratch scratch, Run run) {
        this.log = log;
        this.store = store;
        this.scratch = scratch;
        this.experimentId = run.experiment().id();
        this.report = run.report();
        for (MeasuredExperiment known : run.measured().experiments()) {
            variants.put(
                    known.id(),
                    known.variants().stream().map(MeasuredVariant::key).collect(Collectors.toUnmodifiableSet()));
        }
    }

    /** What is audited, with all that is measured beside it, and where the findings go. */
    record Run(MeasuredExperiment experiment, Measured measured, Report report) {}

    /** Completes when the report is whole; fails if the audit could not be made. */
    static Future<Void> run(Vertx vertx, AuditConfig config, MetricStore store, String query, Run run) {
        return Scratch.open(vertx, config.scratch(), query, run.experiment()).compose(scratch -> {
            Audit audit = new Audit(new StoredLog(vertx, config), store, scratch, run);
            return audit.standings().compose(audit::partitions).eventually(scratch::close);
        });
    }

    private Future<List<Standing>> standings() {
        return store.watermarks(report.generation())
                .map(this::requireAll)
                .compose(marks -> store.rows(report.generation(), experimentId).map(rows -> Standing.of(marks, rows)))
                .compose(standings -> log.reaches(standings).map(standings));
    }

    /** A partition that has not reported can't be looked at, and nothing can be said of the whole. */
    private List<Watermark> requireAll(List<Watermark> marks) {
        int partitions = marks.stream().mapToInt(Watermark::partitions).max().orElse(0);
        if (marks.isEmpty() || marks.size() < partitions) {
            throw new IllegalStateException(
                    "generation " + report.generation() + " has not reported from all partitions yet: " + marks.size()
                            + (marks.isEmpty() ? "" : " of " + partitions));
        }
        return marks;
    }

    private Future<Void> partitions(List<Standing> standings) {
        Future<?> done = log.pause();
        for (Standing standing : standings) {
            done = done.compose(v -> partition(standing));
        }
        return done.mapEmpty();
    }

    /** What differs to the end is looked at from the beginning once more: a user may have been erased in between. */
    private Future<Void> partition(Standing standing) {
        return look(standing, LOOKS)
                .compose(found -> found.differences().isEmpty()
                        ? Future.succeededFuture(found)
                        : standings().compose(all -> look(again(all, standing), LOOKS)))
                .map(found -> {
                    report.add(found.standing(), found.differences());
                    return null;
                });
    }

    private static Standing again(List<Standing> all, Standing before) {
        return all.stream()
                .filter(standing -> standing.partition() == before.partition())
                .findFirst()
                .orElse(before);
    }

    private record Found(Standing standing, List<Cells.Difference> differences) {}

    private Future<Found> look(Standing standing, int looks) {
        if (!standing.isKnown()) {
            return Future.failedFuture(new IllegalStateException("partition " + standing.partition()
                    + " does not say of which part of the log its totals are; a rebuild makes that known"));
        }
        return expected(standing).compose(expected -> {
            Cells served =
                    Cells.of(standing.totals()).without("multiple_exposures").without("excluded_users");
            List<Cells.Difference> differences = served.differences(expected);
            return differences.isEmpty() || looks <= 1
                    ? Future.succeededFuture(new Found(standing, differences))
                    : log.pause().compose(settled -> look(standing, looks - 1));
        });
    }

    private Future<Cells> expected(Standing standing) {
        Cells cells = new Cells();
        long records = standing.at().exposures() + standing.at().events();
        int buckets = (int) Math.min(RawRange.MOST_BUCKETS, records / RECORDS_AT_ONCE + 1);
        Future<Void> done = Future.succeededFuture();
        for (int bucket = 0; bucket < buckets; bucket++) {
            RawRange range = new RawRange(
                    experimentId,
                    standing.partition(),
                    standing.at().exposures(),
                    standing.at().events(),
                    bucket,
                    buckets);
            done = done.compose(v -> scratch.clear())
                    .compose(v -> store.rawExposures(range, this::copy))
                    .compose(v -> store.rawGoals(range, scratch::addGoals))
                    .compose(v -> scratch.addTo(cells));
        }
        return done.map(cells);
    }

    /** The query is of known experiments and variants: the join sent all others to the dead letters. */
    private Future<Void> copy(List<RawExposure> rows) {
        return scratch.addExposures(rows.stream()
                .filter(row ->
                        variants.getOrDefault(row.experimentId(), Set.of()).contains(row.variant()))
                .toList());
    }
}
