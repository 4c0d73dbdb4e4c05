package io.assay.analytics;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables in ClickHouse, and how an older form of them becomes this one: columns are added, never changed or taken away. */
final class ClickHouseSchema {
    /* The version of a row as one number, by which ClickHouse keeps the newest when it merges: higher for a newer topic,
    and within a topic by the position. Whoever reads compares (topic, pos) all the same, for merges come late or never. */
    private static final List<String> VERSION = List.of(
            "topic UInt32", "pos UInt64", "version UInt64 DEFAULT bitOr(bitShiftLeft(toUInt64(topic), 40), pos)");
    /* Rows of a user lie together, and the users of a partition in the order of a hash: a range of it is a share of them. */
    private static final List<String> RAW = List.of(
            "topic UInt32",
            "part UInt32",
            "log_pos UInt64",
            "user_id String",
            "bucket UInt16 DEFAULT " + bucket("user_id"),
            "event_id String",
            "ts Int64",
            "received_ts Int64",
            "received_day Date");
    private static final String RAW_ENGINE = "ReplacingMergeTree() PARTITION BY toYYYYMM(received_day) "
            + "ORDER BY (part, bucket, user_id, topic, log_pos)";

    private static final List<Table> TABLES = List.of(
            new Table("exposures_raw", plus(RAW, "experiment_id String", "variant_key String"), RAW_ENGINE),
            new Table("goals_raw", plus(RAW, "name String", "value_micros Int64", "properties String"), RAW_ENGINE),
            new Table(
                    "aggregate",
                    plus(
                            VERSION,
                            "generation UInt32",
                            "experiment_id String",
                            "part UInt32",
                            "day Int32",
                            "exposures_pos Int64",
                            "events_pos Int64",
                            "log_time Int64",
                            "totals String"),
                    "ReplacingMergeTree(version) PARTITION BY generation ORDER BY (experiment_id, part, day) "
                            + "SETTINGS index_granularity = 128"),
            new Table(
                    "watermark",
                    plus(
                            VERSION,
                            "generation UInt32",
                            "part UInt32",
                            "partitions UInt32",
                            "received Int64",
                            "horizon Int64",
                            "exposures_pos Int64",
                            "events_pos Int64",
                            "log_time Int64"),
                    "ReplacingMergeTree(version) ORDER BY (generation, part)"),
            new Table(
                    "first_exposure",
                    plus(
                            VERSION,
                            "generation UInt32",
                            "experiment_id String",
                            "user_id String",
                            "is_out UInt8",
                            "variant_key String",
                            "ts Int64"),
                    "ReplacingMergeTree(version) PARTITION BY generation "
                            + "ORDER BY (generation, experiment_id, user_id)"),
            new Table(
                    "dead_letter",
                    List.of(
                            "topic UInt32",
                            "part UInt32",
                            "log_pos UInt64",
                            "source_topic String",
                            "source_part UInt32",
                            "source_pos UInt64",
                            "reason String",
                            "key String",
                            "value String"),
                    "ReplacingMergeTree() ORDER BY (topic, part, log_pos)"),
            new Table(
                    "erasure",
                    List.of("topic UInt32", "part UInt32", "log_pos UInt64", "user_id String", "moment Int64"),
                    "ReplacingMergeTree() ORDER BY (topic, part, log_pos)"));

    private record Table(String name, List<String> columns, String engine) {
        String definition() {
            return "CREATE TABLE IF NOT EXISTS " + name + " (" + String.join(", ", columns) + ") ENGINE = " + engine;
        }
    }

    private final ClickHouse database;

    ClickHouseSchema(ClickHouse database) {
        this.database = database;
    }

    /** The bucket of a user, given as an expression of SQL: 0 to 1023. */
    static String bucket(String user) {
        return "cityHash64(" + user + ") % 1024";
    }

    /** Makes what is missing; safe when several nodes do so at once, and nothing happens if all is there. */
    Future<Void> migrate() {
        return database()
                .compose(made -> inTurn(table -> exists(database.change(table.definition()))))
                .compose(made -> inTurn(this::columns));
    }

    private Future<Void> database() {
        return database.changeOutside("CREATE DATABASE IF NOT EXISTS `" + database.database() + "`")
                .recover(refused -> database.query("SELECT 1")
                        .<Void>mapEmpty()
                        .recover(absent -> Future.failedFuture(refused))); // it may be there, and making one forbidden
    }

    private static Future<Void> inTurn(Function<Table, Future<Void>> step) {
        Future<Void> done = Future.succeededFuture();
        for (var table : TABLES) {
            done = done.compose(before -> step.apply(table));
        }
        return done;
    }

    /** Another node may have been quicker. */
    private static Future<Void> exists(Future<Void> made) {
        return made.recover(e -> e instanceof ClickHouseException refused
                        && (refused.code() == ClickHouseException.EXISTS_ALREADY
                                || refused.code() == ClickHouseException.COLUMN_EXISTS_ALREADY)
                ? Future.succeededFuture()
                : Future.failedFuture(e));
    }

    private Future<Void> columns(Table table) {
        var sql = "SELECT name, type FROM system.columns WHERE database = " + ClickHouseLiteral.of(database.database())
                + " AND table = " + ClickHouseLiteral.of(table.name);
        return database.query(sql)
                .map(found -> found.rows().collect(Collectors.toMap(row -> row.text(0), row -> row.text(1))))
                .compose(types -> complete(table, types));
    }

    private Future<Void> complete(Table table, Map<String, String> types) {
        Future<Void> done = Future.succeededFuture();
        for (var column : table.columns) {
            var words = column.split(" ");
            var type = types.get(words[0]);
            if (type == null) {
                done = done.compose(
                        before -> exists(database.change("ALTER TABLE " + table.name + " ADD COLUMN " + column)));
            } else if (!type.equals(words[1])) {
                return Future.failedFuture(new IllegalStateException("ClickHouse table " + table.name + ": " + words[0]
                        + " is " + type + " (expected: " + words[1] + ")"));
            }
        }
        return done;
    }

    private static List<String> plus(List<String> columns, String... more) {
        return Stream.concat(columns.stream(), List.of(more).stream()).toList();
    }
}
