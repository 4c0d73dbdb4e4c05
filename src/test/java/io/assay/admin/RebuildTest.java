package io.assay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.Batch.AggregateRow;
import io.assay.analytics.InMemoryMetricStore;
import io.assay.catalog.Generations;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.Status;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RebuildTest {
    @Test
    void someExperimentsAreComparedAtTheSameTimeAndNotAllOfThem() {
        Queue<Promise<List<AggregateRow>>> asked = new ArrayDeque<>();
        InMemoryMetricStore store = new InMemoryMetricStore() {
            @Override
            public Future<List<AggregateRow>> rows(int generation, String experimentId) {
                Promise<List<AggregateRow>> rows = Promise.promise();
                asked.add(rows);
                return rows.future();
            }
        };
        List<MeasuredExperiment> experiments = IntStream.range(0, 20)
                .mapToObj(i -> new MeasuredExperiment(
                        "e" + i, "e" + i, Status.ACTIVE, List.of(), List.of(), 0, Long.MAX_VALUE))
                .toList();
        Future<Rebuild.Comparison> comparison = Rebuild.of(store, new Generations(1, 1, 2, 2, Instant.EPOCH))
                .result()
                .compare(experiments);

        assertThat(asked).as("two of each").hasSize(16);
        while (!asked.isEmpty()) {
            asked.remove().complete(List.of());
        }
        assertThat(comparison.result().view()).containsEntry("equal", 20);
    }
}
