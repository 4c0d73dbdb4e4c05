package io.assay.results;

import io.assay.analytics.DayTotals;
import io.assay.analytics.InMemoryMetricStore;
import io.assay.analytics.ServedTotals;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A store that answers what it is told to and remembers whose totals it was asked for. */
final class CountingStore extends InMemoryMetricStore {
    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile Supplier<Future<ServedTotals>> answer = () -> Future.succeededFuture(Samples.totals());
    volatile Supplier<Future<List<Map<String, Long>>>> users = () -> Future.succeededFuture(List.of(Map.of()));
    volatile Supplier<Future<List<DayTotals>>> days = () -> Future.succeededFuture(List.of());

    @Override
    public Future<ServedTotals> totals(int generation, String experimentId) {
        asked.add(experimentId);
        return answer.get();
    }

    @Override
    public Future<List<Map<String, Long>>> firstExposures(
            int generation, String experimentId, List<Long> periodStarts) {
        return users.get();
    }

    @Override
    public Future<List<DayTotals>> series(int generation, String experimentId) {
        return days.get();
    }
}
