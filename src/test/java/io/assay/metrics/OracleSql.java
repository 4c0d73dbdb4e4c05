package io.assay.metrics;

import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** {@code oracle.sql} over tables of its own in one PostgreSQL session, with the caps of the history in place of the real ones. */
final class OracleSql {
    private static final long FAR_FUTURE = 253_402_300_799_999L;
    private static final String TABLES =
            """
            create temp table experiments (experiment_id text collate "C", start_ts bigint, end_ts bigint);
            create temp table experiment_metrics
                (experiment_id text collate "C", metric_key text collate "C", event_name text collate "C", window_ms bigint);
            create temp table exposures_log (user_id text collate "C", event_id text collate "C",
                experiment_id text collate "C", variant_key text collate "C", ts bigint, received_ts bigint, log_pos bigint);
            create temp table goals_log (user_id text collate "C", event_id text collate "C", name text collate "C",
                value_micros bigint, ts bigint, received_ts bigint, log_pos bigint);
            create temp table erasures (topic text, user_id text collate "C", log_pos bigint, moment bigint);
            create temp view exposures_raw as select * from exposures_log r where %s;
            create temp view goals_raw as select * from goals_log r where %s""";
    /* Behind the last erasure in its own topic, and not waiting for one that the other topic has. */
    private static final String COUNTS =
            """
            not exists (select from erasures e where e.topic = '%1$s' and e.user_id = r.user_id and e.log_pos > r.log_pos)
            and coalesce((select max(moment) from erasures e where e.user_id = r.user_id and e.topic = '%1$s'), -1)
             >= coalesce((select max(moment) from erasures e where e.user_id = r.user_id and e.topic <> '%1$s'), -1)""";

    private final Connection connection;
    private final String query;

    OracleSql(Connection connection) throws SQLException {
        this.connection = connection;
        this.query = text();
        connection
                .createStatement()
                .execute(TABLES.formatted(COUNTS.formatted(Source.EXPOSURES), COUNTS.formatted(Source.EVENTS)));
    }

    static String text() {
        try (var in = Objects.requireNonNull(OracleSql.class.getResourceAsStream("/oracle.sql"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, String> run(History history, List<LogRecord> log) throws SQLException {
        connection
                .createStatement()
                .execute(
                        "truncate experiments; truncate experiment_metrics; truncate exposures_log; truncate goals_log;"
                                + " truncate erasures");
        for (var e : history.definitions) {
            insert("experiments", e.id, e.start, e.end == Definition.OPEN ? FAR_FUTURE : e.end);
            for (var metric : e.metrics) {
                insert(
                        "experiment_metrics",
                        e.id,
                        metric.key(),
                        name(metric),
                        metric.hasWindow() ? metric.windowMillis() : null);
            }
        }
        for (int i = 0; i < log.size(); i++) {
            insert(history, log.get(i), i);
        }
        return read(connection, withLimits(history.limits));
    }

    /** The rows of a query of that form, by experiment, scope, variant and metric; zeros left out. */
    static Map<String, String> read(Connection connection, String query) throws SQLException {
        Map<String, String> found = new TreeMap<>();
        try (var rows = connection.createStatement().executeQuery(query)) {
            while (rows.next()) {
                var path = rows.getString("experiment_id") + "/" + rows.getString("scope") + "/"
                        + rows.getString("variant_key");
                found.put(path, rows.getLong("exposures") + " users " + rows.getLong("impressions") + " times");
                if (rows.getLong("events") > 0) {
                    found.put(
                            path + "/" + rows.getString("metric_key"),
                            rows.getLong("conversions") + " " + rows.getLong("events") + " "
                                    + rows.getBigDecimal("sum_micros").toBigIntegerExact() + " "
                                    + rows.getBigDecimal("sum_of_squares").toBigIntegerExact());
                }
            }
        }
        return found;
    }

    private String withLimits(Limits limits) {
        return query.replace("2000 AS goal_cap", limits.goals() + " AS goal_cap")
                .replace("4000 AS exposure_cap", limits.exposures() + " AS exposure_cap")
                .replace("1000000000000000 AS value_cap", limits.valueMicros() + " AS value_cap");
    }

    private void insert(History history, LogRecord record, int at) throws SQLException {
        if (record.what() instanceof LogRecord.Erase e) {
            insert("erasures", record.source().name(), e.user(), at, e.moment());
        } else if (record.what() instanceof Goal g) {
            insert("goals_log", g.user(), g.id(), g.name(), g.valueMicros(), g.ts(), record.received(), at);
        } else if (record.what() instanceof Exposure x
                && history.definitions.stream()
                        .anyMatch(e -> e.id.equals(x.experimentId()) && e.variants.contains(x.variant()))) {
            insert("exposures_log", x.user(), x.id(), x.experimentId(), x.variant(), x.ts(), record.received(), at);
        }
    }

    private static String name(Definition.Metric metric) {
        return List.of("goal0", "goal1").stream()
                .filter(name -> Hash64.of(name) == metric.event())
                .findFirst()
                .orElseThrow();
    }

    private void insert(String table, Object... values) throws SQLException {
        var marks = "?, ".repeat(values.length - 1) + "?";
        try (var statement = connection.prepareStatement("insert into " + table + " values (" + marks + ")")) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(
                        i + 1,
                        values[i],
                        values[i] == null
                                ? java.sql.Types.BIGINT
                                : values[i] instanceof String ? java.sql.Types.VARCHAR : java.sql.Types.BIGINT);
            }
            statement.execute();
        }
    }
}
