package io.assay.results;

import io.assay.analytics.Batch;
import io.assay.analytics.MetricStore;
import io.assay.analytics.ServedTotals;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A store that answers what it is told to and remembers what it was asked. */
final class CountingStore implements MetricStore {
    final List<String> asked = new ArrayList<>();
    Supplier<Future<ServedTotals>> answer = () -> Future.succeededFuture(Samples.totals());

    @Override
    public Future<ServedTotals> totals(int generation, String experimentId) {
        asked.add(experimentId);
        return answer.get();
    }

    @Override
    public Future<Integer> register(String topic, String topicId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> store(Batch batch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Optional<Batch.FirstExposure>> firstExposure(int generation, String experimentId, String user) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
