package io.assay.analytics;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A store of counts that forgets all when the test ends; held to the same contract as the real ones. */
public class InMemoryMetricStore implements MetricStore {
    private record Cell(int generation, String experimentId, int partition, int day) {}

    private record Enrolment(int generation, String experimentId, String user) {}

    private final Map<String, Integer> topics = new HashMap<>();
    private final Map<Cell, Batch.AggregateRow> aggregates = new HashMap<>();
    private final Map<Cell, Batch.Watermark> watermarks = new HashMap<>();
    private final Map<Enrolment, Batch.FirstExposure> firstExposures = new HashMap<>();
    private final Map<List<Object>, Object> raw = new HashMap<>();
    private final Map<Position, Batch.Erasure> erasures = new HashMap<>();

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
        batch.erasures().forEach(row -> erasures.putIfAbsent(row.at(), row));
        batch.exposures().forEach(row -> raw.putIfAbsent(List.of(row.getClass(), row.at()), row));
        batch.goals().forEach(row -> raw.putIfAbsent(List.of(row.getClass(), row.at()), row));
        batch.deadLetters().forEach(row -> raw.putIfAbsent(List.of(row.getClass(), row.at()), row));
        raw.values().removeIf(this::isErased);
        for (var row : batch.aggregates()) {
            aggregates.merge(
                    new Cell(
                            row.generation(),
                            row.experimentId(),
                            row.partition(),
                            row.progress().day()),
                    row,
                    (old, next) -> isNewer(next.at(), old.at()) ? next : old);
        }
        for (var row : batch.watermarks()) {
            watermarks.merge(
                    new Cell(row.generation(), "", row.partition(), 0),
                    row,
                    (old, next) -> isNewer(next.at(), old.at()) ? next : old);
        }
        for (var row : batch.firstExposures()) {
            var enrolment = new Enrolment(row.generation(), row.experimentId(), row.user());
            if (row.variant() == null && !firstExposures.containsKey(enrolment)) {
                continue;
            }
            firstExposures.merge(enrolment, row, (old, next) -> isNewer(next.at(), old.at()) ? next : old);
        }
        return Future.succeededFuture();
    }

    @Override
    public synchronized Future<ServedTotals> totals(int generation, String experimentId) {
        var totals = newest(generation, experimentId).stream()
                .map(Batch.AggregateRow::totals)
                .reduce(ExperimentTotals.NONE, ExperimentTotals::plus);
        var marks = marks(generation);
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
    public synchronized Future<List<Batch.AggregateRow>> rows(int generation, String experimentId) {
        return Future.succeededFuture(newest(generation, experimentId));
    }

    @Override
    public synchronized Future<List<Batch.Watermark>> watermarks(int generation) {
        return Future.succeededFuture(marks(generation));
    }

    @Override
    public synchronized Future<List<DayTotals>> series(int generation, String experimentId) {
        return Future.succeededFuture(DayTotals.of(all(generation, experimentId)));
    }

    @Override
    public synchronized Future<Optional<Batch.FirstExposure>> firstExposure(
            int generation, String experimentId, String user) {
        return Future.succeededFuture(
                Optional.ofNullable(firstExposures.get(new Enrolment(generation, experimentId, user)))
                        .filter(row -> row.variant() != null));
    }

    @Override
    public synchronized Future<List<Map<String, Long>>> firstExposures(
            int generation, String experimentId, List<Long> periodStarts) {
        List<Map<String, Long>> periods = new ArrayList<>();
        for (int i = 0; i < periodStarts.size(); i++) {
            long from = periodStarts.get(i);
            long to = i + 1 < periodStarts.size() ? periodStarts.get(i + 1) : Long.MAX_VALUE;
            periods.add(firstExposures.values().stream()
                    .filter(row ->
                            row.generation() == generation && row.experimentId().equals(experimentId))
                    .filter(row -> row.variant() != null && row.ts() >= from && row.ts() < to)
                    .collect(Collectors.groupingBy(Batch.FirstExposure::variant, Collectors.counting())));
        }
        return Future.succeededFuture(periods);
    }

    @Override
    public synchronized Future<List<Batch.Erasure>> erasures(int topic, int partition) {
        return Future.succeededFuture(erasures.values().stream()
                .filter(row -> row.at().topic() == topic && row.at().partition() == partition)
                .sorted(Comparator.comparing(Batch.Erasure::at, Position.BY_AGE))
                .toList());
    }

    private List<Batch.AggregateRow> all(int generation, String experimentId) {
        return aggregates.values().stream()
                .filter(row ->
                        row.generation() == generation && row.experimentId().equals(experimentId))
                .toList();
    }

    private List<Batch.AggregateRow> newest(int generation, String experimentId) {
        Map<Integer, Batch.AggregateRow> newest = new TreeMap<>();
        all(generation, experimentId)
                .forEach(row -> newest.merge(
                        row.partition(),
                        row,
                        (old, next) -> Position.BY_AGE.compare(next.at(), old.at()) > 0 ? next : old));
        return List.copyOf(newest.values());
    }

    private List<Batch.Watermark> marks(int generation) {
        return watermarks.values().stream()
                .filter(row -> row.generation() == generation)
                .sorted(Comparator.comparing(Batch.Watermark::partition))
                .toList();
    }

    private boolean isErased(Object row) {
        if (row instanceof Batch.RawExposure x) {
            return isErased(x.user(), x.at());
        }
        if (row instanceof Batch.RawGoal g) {
            return isErased(g.user(), g.at());
        }
        var letter = (Batch.DeadLetter) row;
        return ofName(letter.topic()).max(Comparator.naturalOrder()).stream()
                .anyMatch(topic -> isErased(letter.key(), new Position(topic, letter.partition(), letter.offset())));
    }

    private boolean isErased(String user, Position at) {
        return erasures.values().stream()
                .anyMatch(e -> e.user().equals(user)
                        && (at.topic() < e.at().topic()
                                        && ofName(name(e.at().topic())).anyMatch(n -> n == at.topic())
                                || e.at().topic() == at.topic()
                                        && e.at().partition() == at.partition()
                                        && e.at().offset() > at.offset()));
    }

    private Stream<Integer> ofName(String name) {
        return topics.entrySet().stream()
                .filter(topic -> topic.getKey().startsWith(name + ' '))
                .map(Map.Entry::getValue);
    }

    private String name(int topic) {
        return topics.entrySet().stream()
                .filter(each -> each.getValue() == topic)
                .map(each -> each.getKey().substring(0, each.getKey().lastIndexOf(' ')))
                .findFirst()
                .orElse("");
    }

    @Override
    public Future<Void> rawExposures(RawRange range, Function<List<Batch.RawExposure>, Future<Void>> reader) {
        var users = users(range);
        return reader.apply(rows(Batch.RawExposure.class)
                .filter(row -> users.contains(row.user()) && isBelow(row.at(), range, range.exposures()))
                .toList());
    }

    @Override
    public Future<Void> rawGoals(RawRange range, Function<List<Batch.RawGoal>, Future<Void>> reader) {
        var users = users(range);
        return reader.apply(rows(Batch.RawGoal.class)
                .filter(row -> users.contains(row.user()) && isBelow(row.at(), range, range.events()))
                .toList());
    }

    /** Those of the range who were shown the experiment. */
    private Set<String> users(RawRange range) {
        return rows(Batch.RawExposure.class)
                .filter(row -> row.experimentId().equals(range.experimentId()))
                .filter(row -> isBelow(row.at(), range, range.exposures()))
                .map(Batch.RawExposure::user)
                .filter(user -> Math.floorMod(user.hashCode(), range.buckets()) == range.bucket())
                .collect(Collectors.toSet());
    }

    private static boolean isBelow(Position at, RawRange range, long offset) {
        return at.partition() == range.partition() && at.offset() < offset;
    }

    private synchronized <R> Stream<R> rows(Class<R> type) {
        var rows =
                raw.values().stream().filter(type::isInstance).map(type::cast).toList();
        return rows.stream();
    }

    @Override
    public synchronized Future<Void> forget(int generation) {
        aggregates.keySet().removeIf(cell -> cell.generation() == generation);
        watermarks.keySet().removeIf(cell -> cell.generation() == generation);
        firstExposures.keySet().removeIf(enrolment -> enrolment.generation() == generation);
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    /** All raw rows and dead letters, in no order. */
    public synchronized List<Object> raw() {
        return List.copyOf(raw.values());
    }

    synchronized long rawCount(int topic) {
        return raw.keySet().stream()
                .filter(key -> ((Position) key.get(1)).topic() == topic)
                .count();
    }

    /** How many first exposures are stored with the position of that topic, those of users who are out included. */
    synchronized long firstExposureCount(int topic) {
        return firstExposures.values().stream()
                .filter(row -> row.at().topic() == topic)
                .count();
    }

    protected boolean isNewer(Position next, Position old) {
        return Position.BY_AGE.compare(next, old) > 0;
    }
}
