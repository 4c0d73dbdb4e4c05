package io.assay.results;

import io.assay.analytics.MetricStore;
import io.assay.analytics.ServedTotals;
import io.assay.catalog.ArmChanges;
import io.assay.catalog.MeasuredExperiment;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** Reads what the answers about an experiment are made of. */
final class Reports {
    private final Sources sources;
    private final SampleRatios ratios;
    private final OffLoop offLoop;
    private final Clock clock;

    /**
     * Where it comes from.
     *
     * @param generation the one whose counts are served
     */
    record Sources(
            Function<String, Future<Optional<MeasuredExperiment>>> catalog,
            Function<String, Future<ArmChanges>> changes,
            Supplier<Future<Integer>> generation,
            MetricStore store) {}

    /** Where work is done that would hold up an event loop. */
    interface OffLoop {
        Future<Answer> run(Callable<Answer> work);
    }

    Reports(Sources sources, OffLoop offLoop, Clock clock) {
        this.sources = sources;
        this.ratios = new SampleRatios(sources.changes(), sources.store(), clock);
        this.offLoop = offLoop;
        this.clock = clock;
    }

    Future<Optional<MeasuredExperiment>> find(String idOrKey) {
        return sources.catalog().apply(idOrKey);
    }

    /** The totals as they stand, and how far they can be trusted. */
    Future<Answer> totals(String key, MeasuredExperiment experiment) {
        return ofServed(generation -> {
                    Future<ServedTotals> totals = sources.store().totals(generation, experiment.id());
                    Future<Optional<SampleRatio>> ratio = ratios.of(generation, experiment);
                    return totals.compose(served -> ratio.map(found -> new TotalsReport(experiment, served, found)));
                })
                .compose(report -> answer(key, report));
    }

    /** The totals as they stood at each midnight; the days are read after {@code as_of}, so that none before it is missing. */
    Future<Answer> series(String key, MeasuredExperiment experiment) {
        MetricStore store = sources.store();
        return ofServed(generation -> store.totals(generation, experiment.id())
                        .compose(served -> store.series(generation, experiment.id())
                                .map(days -> new SeriesReport(experiment, served, days))))
                .compose(report -> answer(key, report));
    }

    /** Counts that are not served any more are removed, maybe while they are read; then it begins anew. */
    private <R extends Report> Future<R> ofServed(IntFunction<Future<R>> read) {
        return sources.generation().get().compose(generation -> read.apply(generation)
                .compose(report -> sources.generation()
                        .get()
                        .compose(now -> now.equals(generation) ? Future.succeededFuture(report) : ofServed(read))));
    }

    private Future<Answer> answer(String key, Report report) {
        long now = clock.millis();
        return offLoop.run(() -> Answer.of(key, report, now));
    }
}
