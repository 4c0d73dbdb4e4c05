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
    /* No user id is longer, in bytes or in chars. A hundred of them, each char four of an escape, are far below the
    256 KiB that ClickHouse reads of a query. */
    private static final int LONGEST_USER = 256;
    private static final String COLUMNS = "topic, part, log_pos, user_id, moment";

    private final ClickHouse database;
    private final ClickHouseTopics topics;
    private final ClickHouseDeletes deletes;

    ClickHouseErasures(ClickHouse database, ClickHouseTopics topics, ClickHouseDeletes deletes) {
        this.database = database;
        this.topics = topics;
        this.deletes = deletes;
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
            var raw = some.stream().map(e -> raw(e, known)).collect(joining(" OR "));
            var letters = letters(some, known);
            done = done.compose(before -> deletes.delete("exposures_raw", raw))
                    .compose(before -> deletes.delete("goals_raw", raw))
                    .compose(before ->
                            letters.isEmpty() ? Future.succeededFuture() : deletes.delete("dead_letter", letters));
        }
        return done;
    }

    private static String raw(Erasure e, List<Registered> known) {
        var user = ClickHouseLiteral.of(e.user());
        var ofUser = "bucket = " + ClickHouseSchema.bucket(user) + " AND user_id = " + user;
        var here = "part = " + e.at().partition() + " AND " + ofUser + " AND topic = " + e.at().topic()
                + " AND log_pos < " + e.at().offset();
        var older = ClickHouseTopics.before(e.at().topic(), known).stream()
                .map(String::valueOf)
                .collect(joining(", "));
        return older.isEmpty() ? "(" + here + ")" : "(" + here + " OR " + ofUser + " AND topic IN (" + older + "))";
    }

    /** A letter has the name of a topic and not its number: it is one of the newest of that name. */
    private static String letters(List<Erasure> erasures, List<Registered> known) {
        var names = ClickHouseTopics.newest(known);
        return erasures.stream()
                .filter(e -> names.containsKey(e.at().topic()))
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
        var users = letters.stream()
                .map(DeadLetter::key)
                .filter(key -> key.length() <= LONGEST_USER)
                .distinct()
                .map(ClickHouseLiteral::of)
                .toList();
        return ofUsers(users)
                .compose(erasures -> erasures.isEmpty()
                        ? Future.succeededFuture(letters)
                        : topics.all().map(known -> notCovered(letters, Last.of(erasures), known)));
    }

    private Future<List<Erasure>> ofUsers(List<String> literals) {
        List<Erasure> all = new ArrayList<>();
        Future<Void> done = Future.succeededFuture();
        for (int from = 0; from < literals.size(); from += AT_ONCE) {
            var some = literals.subList(from, Math.min(from + AT_ONCE, literals.size()));
            done = done.compose(before -> read(List.of("user_id IN (" + String.join(", ", some) + ")")))
                    .map(all::addAll)
                    .mapEmpty();
        }
        return done.map(all);
    }

    private static List<DeadLetter> notCovered(List<DeadLetter> letters, Last last, List<Registered> known) {
        var names = ClickHouseTopics.newest(known);
        return letters.stream()
                .filter(row -> names.entrySet().stream()
                        .filter(topic -> topic.getValue().equals(row.topic()))
                        .noneMatch(topic ->
                                last.covers(new Position(topic.getKey(), row.partition(), row.offset()), row.key())))
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
