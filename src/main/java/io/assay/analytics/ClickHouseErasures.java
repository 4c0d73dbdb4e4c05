package io.assay.analytics;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import io.assay.analytics.Batch.DeadLetter;
import io.assay.analytics.Batch.Erasure;
import io.assay.analytics.ClickHouseTopics.Registered;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Erased users. What lies before an erasure is not taken when it comes again; what is there already goes by a mutation,
 * which ClickHouse has written down when it answers and does as soon as it can. Until then readers leave it out.
 */
final class ClickHouseErasures {
    private static final int AT_ONCE = 100;
    private static final String COLUMNS = "topic, part, log_pos, user_id, moment";

    private final ClickHouse database;
    private final ClickHouseTopics topics;

    ClickHouseErasures(ClickHouse database, ClickHouseTopics topics) {
        this.database = database;
        this.topics = topics;
    }

    /** A user in one partition of a topic. */
    record Presence(int topic, int partition, String user) {}

    /** The last erasure of each. */
    record Last(Map<Presence, Long> offsets) {
        static Last of(List<Erasure> erasures) {
            return new Last(erasures.stream()
                    .collect(toMap(
                            e -> new Presence(e.at().topic(), e.at().partition(), e.user()),
                            e -> e.at().offset(),
                            Math::max)));
        }

        boolean covers(Position at, String user) {
            return offsets.getOrDefault(new Presence(at.topic(), at.partition(), user), -1L) > at.offset();
        }
    }

    /** Notes them, and has removed what they cover. */
    Future<Void> erase(List<Erasure> erasures) {
        if (erasures.isEmpty()) {
            return Future.succeededFuture();
        }
        var rows = new RowBinary();
        erasures.forEach(e -> rows.number(e.at().topic())
                .number(e.at().partition())
                .number(e.at().offset())
                .text(e.user())
                .number(e.moment()));
        return database.insert("erasure (" + COLUMNS + ")", rows)
                .compose(noted -> topics.all())
                .compose(known -> inTurn(erasures, known));
    }

    private Future<Void> inTurn(List<Erasure> erasures, List<Registered> known) {
        Future<Void> done = Future.succeededFuture();
        for (int from = 0; from < erasures.size(); from += AT_ONCE) {
            var some = erasures.subList(from, Math.min(from + AT_ONCE, erasures.size()));
            var raw = some.stream().map(ClickHouseErasures::raw).collect(joining(" OR "));
            done = done.compose(before -> delete("exposures_raw", raw))
                    .compose(before -> delete("goals_raw", raw))
                    .compose(before -> delete("dead_letter", letters(some, known)));
        }
        return done;
    }

    /** A mutation goes through all parts that hold such a row, so there is none if no part does. */
    private Future<Void> delete(String table, String condition) {
        return database.query("SELECT count() FROM " + table + " WHERE " + condition)
                .compose(found -> found.rows().findFirst().orElseThrow().number(0) == 0
                        ? Future.succeededFuture()
                        : database.change("ALTER TABLE " + table + " DELETE WHERE " + condition));
    }

    private static String raw(Erasure e) {
        var user = ClickHouseLiteral.of(e.user());
        return "(part = " + e.at().partition() + " AND bucket = " + ClickHouseSchema.bucket(user) + " AND user_id = "
                + user + " AND topic = " + e.at().topic() + " AND log_pos < "
                + e.at().offset() + ")";
    }

    private static String letters(List<Erasure> erasures, List<Registered> known) {
        var names = known.stream().collect(toMap(Registered::number, Registered::name));
        return erasures.stream()
                .map(e -> "(key = " + ClickHouseLiteral.of(e.user()) + " AND source_topic = "
                        + ClickHouseLiteral.of(names.getOrDefault(e.at().topic(), "")) + " AND source_part = "
                        + e.at().partition() + " AND source_pos < " + e.at().offset() + ")")
                .collect(joining(" OR "));
    }

    /** The batch without the rows that an erasure covers which is stored already. */
    Future<Batch> without(Batch batch) {
        return Future.all(behind(batch), ofKeys(batch.deadLetters())).map(both -> {
            Last raw = both.resultAt(0);
            List<DeadLetter> letters = both.resultAt(1);
            return new Batch(
                    batch.exposures().stream()
                            .filter(row -> !raw.covers(row.at(), row.user()))
                            .toList(),
                    batch.goals().stream()
                            .filter(row -> !raw.covers(row.at(), row.user()))
                            .toList(),
                    batch.aggregates(),
                    batch.watermarks(),
                    batch.firstExposures(),
                    letters,
                    batch.erasures());
        });
    }

    /** Those behind the raw rows of the batch: none, unless the log is read once more. */
    private Future<Last> behind(Batch batch) {
        Map<Presence, Long> first = new HashMap<>();
        Stream.concat(
                        batch.exposures().stream().map(Batch.RawExposure::at),
                        batch.goals().stream().map(Batch.RawGoal::at))
                .forEach(at -> first.merge(new Presence(at.topic(), at.partition(), ""), at.offset(), Math::min));
        List<String> conditions = new ArrayList<>();
        first.forEach((place, offset) -> conditions.add(
                "(topic = " + place.topic + " AND part = " + place.partition + " AND log_pos > " + offset + ")"));
        return read(conditions).map(Last::of);
    }

    private Future<List<DeadLetter>> ofKeys(List<DeadLetter> letters) {
        if (letters.isEmpty()) {
            return Future.succeededFuture(letters);
        }
        var keys = letters.stream()
                .map(DeadLetter::key)
                .distinct()
                .map(ClickHouseLiteral::of)
                .collect(joining(", ", "user_id IN (", ")"));
        return read(List.of(keys))
                .compose(erasures -> erasures.isEmpty()
                        ? Future.succeededFuture(letters)
                        : topics.all().map(known -> notCovered(letters, Last.of(erasures), known)));
    }

    private static List<DeadLetter> notCovered(List<DeadLetter> letters, Last last, List<Registered> known) {
        return letters.stream()
                .filter(row -> known.stream()
                        .filter(topic -> topic.name().equals(row.topic()))
                        .noneMatch(topic ->
                                last.covers(new Position(topic.number(), row.partition(), row.offset()), row.key())))
                .toList();
    }

    /** Every erasure in that partition, in the order of the log. */
    Future<List<Erasure>> in(int topic, int partition) {
        return read(List.of("(topic = " + topic + " AND part = " + partition + ")"));
    }

    private Future<List<Erasure>> read(List<String> anyOf) {
        if (anyOf.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return database.query("SELECT " + COLUMNS + " FROM erasure WHERE " + String.join(" OR ", anyOf)
                        + " ORDER BY topic, part, log_pos LIMIT 1 BY topic, part, log_pos")
                .map(found -> found.rows()
                        .map(row -> new Erasure(
                                new Position(row.small(0), row.small(1), row.number(2)), row.text(3), row.number(4)))
                        .toList());
    }
}
