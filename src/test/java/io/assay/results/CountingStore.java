package io.assay.results;

import io.assay.analytics.ServedTotals;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A store that answers what it is told to and remembers what it was asked. */
final class CountingStore {
    final List<String> asked = new CopyOnWriteArrayList<>();
    Supplier<Future<ServedTotals>> answer = () -> Future.succeededFuture(Samples.totals());

    Future<ServedTotals> totals(String experimentId) {
        asked.add(experimentId);
        return answer.get();
    }
}
