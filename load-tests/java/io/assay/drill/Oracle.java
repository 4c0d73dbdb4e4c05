package io.assay.drill;

import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;

/** {@code oracle.sql} over records that the drill brings along, in tables that last as long as its connection. */
final class Oracle implements AutoCloseable {
    /*
     * The query's parts have no statistics: the planner takes each for a row or two and would go through all of one for each row
     * of another, or merge them by a key that few rows differ in. What it can't do by hash is small, and no reason to compile.
     */
    private static final String TABLES =
            """
            set enable_nestloop = off; set enable_mergejoin = off; set jit = off;
            create temp table experiments (experiment_id text collate "C", start_ts bigint, end_ts bigint);
            create temp table experiment_metrics
                (experiment_id text collate "C", metric_key text collate "C", event_name text collate "C", window_ms bigint);
            create temp table bounds (part int primary key, exposures bigint, events bigint);
            create temp table all_exposures (part int, user_id text collate "C", event_id text collate "C",
                experiment_id text collate "C", variant_key text collate "C", ts bigint, received_ts bigint, log_pos bigint);
            create temp table all_goals (part int, user_id text collate "C", event_id text collate "C", name text collate "C",
                value_micros bigint, ts bigint, received_ts bigint, log_pos bigint);
            create temp view exposures_raw as select r.user_id, r.event_id, r.experiment_id, r.variant_key, r.ts, r.received_ts,
                r.log_pos from all_exposures r join bounds b on b.part = r.part and r.log_pos < b.exposures;
            create temp view goals_raw as select r.user_id, r.event_id, r.name, r.value_micros, r.ts, r.received_ts,
                r.log_pos from all_goals r join bounds b on b.part = r.part and r.log_pos < b.events""";

    private final Connection connection;
    private final String query;

    /** How far a partition is read: the offsets of the first records that are not. */
    record Bound(int partition, long exposures, long events) {}

    Oracle(Connection connection) throws SQLException, IOException {
        this.connection = connection;
        try (InputStream in = Objects.requireNonNull(Oracle.class.getResourceAsStream("/oracle.sql"))) {
            query = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        execute(TABLES);
    }

    /** These experiments; records of other ones, and of variants they do not have, are left out. */
    Oracle trials(List<Trial> trials) throws SQLException {
        execute("truncate experiments; truncate experiment_metrics");
        for (Trial trial : trials) {
            execute("insert into experiments values ('%s', %d, %d)"
                    .formatted(trial.id(), trial.startMillis(), trial.endMillis()));
            for (Trial.Metric metric : Trial.Metric.values()) {
                execute("insert into experiment_metrics values ('%s', '%s', '%s', %s)"
                        .formatted(trial.id(), metric.key, metric.event, metric.windowMillis));
            }
        }
        return this;
    }

    Oracle records(List<RawLog.Row<Exposure>> exposures, List<RawLog.Row<Goal>> goals) throws SQLException {
        execute("truncate all_exposures; truncate all_goals");
        List<RawLog.Row<Exposure>> known = exposures.stream()
                .filter(row -> Trial.VARIANTS.contains(row.what().variant()))
                .toList();
        try (PreparedStatement insert = connection.prepareStatement(
                """
                insert into all_exposures select * from unnest(?::int[], ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::bigint[], ?::bigint[], ?::bigint[]) as r(part, user_id, event_id, experiment_id, variant_key, ts, received_ts, log_pos)
                where experiment_id in (select experiment_id from experiments)""")) {
            set(insert, 1, "int", known, RawLog.Row::partition);
            set(insert, 2, "text", known, row -> row.what().user());
            set(insert, 3, "text", known, row -> row.what().id());
            set(insert, 4, "text", known, row -> row.what().experimentId());
            set(insert, 5, "text", known, row -> row.what().variant());
            set(insert, 6, "bigint", known, row -> row.what().ts());
            set(insert, 7, "bigint", known, RawLog.Row::received);
            set(insert, 8, "bigint", known, RawLog.Row::offset);
            insert.executeUpdate();
        }
        try (PreparedStatement insert = connection.prepareStatement(
                """
                insert into all_goals select * from unnest(?::int[], ?::text[], ?::text[], ?::text[], ?::bigint[],
                    ?::bigint[], ?::bigint[], ?::bigint[])""")) {
            set(insert, 1, "int", goals, RawLog.Row::partition);
            set(insert, 2, "text", goals, row -> row.what().user());
            set(insert, 3, "text", goals, row -> row.what().id());
            set(insert, 4, "text", goals, row -> row.what().name());
            set(insert, 5, "bigint", goals, row -> row.what().valueMicros());
            set(insert, 6, "bigint", goals, row -> row.what().ts());
            set(insert, 7, "bigint", goals, RawLog.Row::received);
            set(insert, 8, "bigint", goals, RawLog.Row::offset);
            insert.executeUpdate();
        }
        execute("analyze all_exposures; analyze all_goals"); // nobody else does that for tables of a connection
        return this;
    }

    /** What it gives over all of it: "users impressions conversions events sum squares" by experiment, scope, variant, metric. */
    Map<String, String> all() throws SQLException {
        execute("truncate bounds; insert into bounds select part, %d, %d from generate_series(0, %d) part"
                .formatted(Long.MAX_VALUE, Long.MAX_VALUE, Broker.PARTITIONS - 1));
        return read(query);
    }

    /** The same up to these bounds; of a partition without one nothing is read. */
    Map<String, String> upTo(List<Bound> bounds) throws SQLException {
        execute("truncate bounds");
        for (Bound bound : bounds) {
            execute("insert into bounds values (%d, %d, %d)".formatted(bound.partition, bound.exposures, bound.events));
        }
        return read(query);
    }

    private Map<String, String> read(String sql) throws SQLException {
        Map<String, String> cells = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                cells.put(
                        String.join(
                                "/",
                                rows.getString("experiment_id"),
                                rows.getString("scope"),
                                rows.getString("variant_key"),
                                rows.getString("metric_key")),
                        "%d %d %d %d %s %s"
                                .formatted(
                                        rows.getLong("exposures"),
                                        rows.getLong("impressions"),
                                        rows.getLong("conversions"),
                                        rows.getLong("events"),
                                        rows.getBigDecimal("sum_micros").toBigIntegerExact(),
                                        rows.getBigDecimal("sum_of_squares").toBigIntegerExact()));
            }
        }
        return cells;
    }

    private <T> void set(PreparedStatement to, int at, String type, List<T> rows, Function<T, Object> column)
            throws SQLException {
        to.setArray(at, connection.createArrayOf(type, rows.stream().map(column).toArray()));
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
