package io.assay.analytics;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The numbers of topics, each a view {@code topic_<number>} that says whose it is. Of two nodes that make a view of the same
 * name one is refused, with its content there for the other to read: no table of ClickHouse could be a judge of that.
 */
final class ClickHouseTopics {
    private static final Pattern NAME = Pattern.compile("topic_([0-9]{1,8})");

    private final ClickHouse database;

    ClickHouseTopics(ClickHouse database) {
        this.database = database;
    }

    /** A topic as it was registered. */
    record Registered(int number, String name, String topicId) {}

    /** The number of that topic, a new one above all others if it has none. */
    Future<Integer> register(String topic, String topicId) {
        return all().compose(known -> {
            for (var each : known) {
                if (each.name.equals(topic) && each.topicId.equals(topicId)) {
                    return Future.succeededFuture(each.number);
                }
            }
            int number = known.stream().mapToInt(Registered::number).max().orElse(0) + 1;
            return database.change(view(number, topic, topicId))
                    .map(number)
                    .recover(e -> e instanceof ClickHouseException refused
                                    && refused.code() == ClickHouseException.EXISTS_ALREADY
                            ? register(topic, topicId) // another node was quicker
                            : Future.failedFuture(e));
        });
    }

    /** All there are. */
    Future<List<Registered>> all() {
        return database.query("SELECT name FROM system.tables WHERE database = "
                        + ClickHouseLiteral.of(database.database()) + " AND name LIKE 'topic%'")
                .map(tables -> tables.rows()
                        .map(row -> row.text(0))
                        .filter(name -> NAME.matcher(name).matches())
                        .map(name -> "SELECT number, name, topic_id FROM " + name)
                        .collect(Collectors.joining(" UNION ALL ")))
                .compose(sql -> sql.isEmpty()
                        ? Future.succeededFuture(List.of())
                        : database.query(sql).map(found -> found.rows()
                                .map(row -> new Registered(row.small(0), row.text(1), row.text(2)))
                                .toList()));
    }

    /** The numbers of those that had the same name before. */
    static List<Integer> before(int number, List<Registered> known) {
        return known.stream()
                .filter(topic -> topic.number == number)
                .flatMap(topic -> known.stream().filter(other -> other.name.equals(topic.name)))
                .map(Registered::number)
                .filter(other -> other < number)
                .toList();
    }

    /** The newest topic of each name: what it is called, by its number. */
    static Map<Integer, String> newest(List<Registered> known) {
        Map<String, Integer> numbers =
                known.stream().collect(Collectors.toMap(Registered::name, Registered::number, Math::max));
        return numbers.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    }

    private static String view(int number, String topic, String topicId) {
        return "CREATE VIEW topic_" + number + " AS SELECT toUInt32(" + number + ") AS number, "
                + ClickHouseLiteral.of(topic) + " AS name, " + ClickHouseLiteral.of(topicId) + " AS topic_id";
    }
}
