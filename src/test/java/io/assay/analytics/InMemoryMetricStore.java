package io.assay.analytics;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A store of counts that forgets all when the test ends; held to the same contract as the real ones. */
public class InMemoryMetricStore implements MetricStore {
    private static final Comparator<Position> BY_AGE =
            Comparator.comparingInt(Position::topic).thenComparingLong(Position::offset);

    private record Cell(int generation, String experimentId, int partition) {}

    private record Enrolment(String experimentId, String user) {}

    private final Map<String, Integer> topics = new HashMap<>();
    private final Map<Cell, Batch.AggregateRow> aggregates = new HashMap<>();
    private final Map<Cell, Batch.Watermark> watermarks = new HashMap<>();
    private final Map<Enrolment, Batch.FirstExposure> firstExposures = new HashMap<>();
    private final Map<List<Object>, Object> raw = new HashMap<>();

    @Override
    public Future<Void> migrate() {
        return Future.succeededFuture();
    }

    @Override
    public synchronized Future<Integer> register(String topic, String topicId) {
        return Future.succeededFuture(topics.computeIfAbsent(topic + ' ' + topicId, key -> topics.size() + 1));
    }

    @Override
    public synchronized Future<Void> store(Batch batch) {
        batch.exposures().forEach(row -> raw.putIfAbsent(List.of(row.getClass(), row.at()), row));
        batch.goals().forEach(row -> raw.putIfAbsent(List.of(row.getClass(), row.at()), row));
        batch.deadLetters().forEach(row -> raw.putIfAbsent(List.of(row.getClass(), row.at()), row));
        for (var row : batch.aggregates()) {
            aggregates.merge(
                    new Cell(row.generation(), row.experimentId(), row.partition()),
                    row,
                    (old, next) -> isNewer(next.at(), old.at()) ? next : old);
        }
        for (var row : batch.watermarks()) {
            watermarks.merge(
                    new Cell(row.generation(), "", row.partition()),
                    row,
                    (old, next) -> isNewer(next.at(), old.at()) ? next : old);
        }
        for (var row : batch.firstExposures()) {
            firstExposures.merge(
                    new Enrolment(row.experimentId(), row.user()),
                    row,
                    (old, next) -> isNewer(next.at(), old.at()) ? next : old);
        }
        return Future.succeededFuture();
    }

    @Override
    public synchronized Future<ServedTotals> totals(int generation, String experimentId) {
        var totals = aggregates.values().stream()
                .filter(row ->
                        row.generation() == generation && row.experimentId().equals(experimentId))
                .map(Batch.AggregateRow::totals)
                .reduce(ExperimentTotals.NONE, ExperimentTotals::plus);
        var marks = watermarks.values().stream()
                .filter(row -> row.generation() == generation)
                .toList();
        if (marks.isEmpty() || marks.size() < marks.get(0).partitions()) {
            return Future.succeededFuture(new ServedTotals(totals, null, null));
        }
        long received =
                marks.stream().mapToLong(Batch.Watermark::received).min().orElseThrow();
        long horizon = marks.stream().mapToLong(Batch.Watermark::horizon).min().orElseThrow();
        return Future.succeededFuture(
                new ServedTotals(totals, Instant.ofEpochMilli(received), Instant.ofEpochMilli(horizon)));
    }

    @Override
    public synchronized Future<Optional<Batch.FirstExposure>> firstExposure(String experimentId, String user) {
        return Future.succeededFuture(Optional.ofNullable(firstExposures.get(new Enrolment(experimentId, user)))
                .filter(row -> row.variant() != null));
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    /** All raw rows and dead letters, in no order. */
    public synchronized List<Object> raw() {
        return List.copyOf(raw.values());
    }

    protected boolean isNewer(Position next, Position old) {
        return BY_AGE.compare(next, old) > 0;
    }
}
