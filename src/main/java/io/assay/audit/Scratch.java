package io.assay.audit;

import io.assay.analytics.Batch.RawExposure;
import io.assay.analytics.Batch.RawGoal;
import io.assay.analytics.Cells;
import io.assay.analytics.MetricTotals;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.Metric;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The tables of the batch query, on one connection: they go with it. They hold some users of one experiment at a time. */
final class Scratch {
    private static final long FAR_FUTURE = 253_402_300_799_999L;

    /*
     * The query's parts have no statistics: the planner takes each for a row or two and would go through all of one for each row
     * of another, or merge them by a key that few rows differ in. What it can't do by hash is small, and no reason to compile.
     */
    private static final String TABLES =
            """
            set enable_nestloop = off; set enable_mergejoin = off; set jit = off;
            create temp table experiments (experiment_id text collate "C", start_ts bigint, end_ts bigint);
            create temp table experiment_metrics (experiment_id text collate "C", metric_key text collate "C",
                event_name text collate "C", window_ms bigint);
            create temp table exposures_raw (user_id text collate "C", event_id text collate "C",
                experiment_id text collate "C", variant_key text collate "C", ts bigint, received_ts bigint, log_pos bigint);
            create temp table goals_raw (user_id text collate "C", event_id text collate "C", name text collate "C",
                value_micros bigint, ts bigint, received_ts bigint, log_pos bigint)""";
    private static final String EXPOSURES =
            """
            insert into exposures_raw select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[],
                $6::bigint[], $7::bigint[])""";
    private static final String GOALS =
            """
            insert into goals_raw select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],
                $6::bigint[], $7::bigint[])""";

    /** The metric of an experiment without any: the query shows a variant's users beside its metrics only. */
    private static final String NO_METRIC = "";

    private final SqlConnection connection;
    private final String query;

    private Scratch(SqlConnection connection, String query) {
        this.connection = connection;
        this.query = query;
    }

    /** Tables for one experiment. */
    static Future<Scratch> open(Vertx vertx, PgConnectOptions server, String query, MeasuredExperiment experiment) {
        return PgConnection.connect(vertx, server).compose(connection -> {
            Scratch scratch = new Scratch(connection, query);
            return scratch.define(experiment).map(scratch).recover(e -> scratch.close()
                    .transform(closed -> Future.failedFuture(e)));
        });
    }

    private Future<Void> define(MeasuredExperiment e) {
        long end = Math.min(e.endMillis(), FAR_FUTURE);
        Future<?> defined = connection.query(TABLES).execute().compose(made -> connection
                .preparedQuery("insert into experiments values ($1, $2, $3)")
                .execute(Tuple.of(e.id(), e.startMillis(), end)));
        List<Metric> metrics = e.metrics();
        for (Metric metric : metrics) {
            defined = defined.compose(v -> metric(e.id(), metric.key(), metric.event(), metric.windowMillis()));
        }
        return (metrics.isEmpty() ? defined.compose(v -> metric(e.id(), NO_METRIC, NO_METRIC, null)) : defined)
                .mapEmpty();
    }

    private Future<?> metric(String experimentId, String key, String event, @Nullable Long window) {
        return connection
                .preparedQuery("insert into experiment_metrics values ($1, $2, $3, $4)")
                .execute(Tuple.of(experimentId, key, event, window));
    }

    /** Begins with other users. */
    Future<Void> clear() {
        return connection.query("truncate exposures_raw, goals_raw").execute().mapEmpty();
    }

    Future<Void> addExposures(List<RawExposure> rows) {
        return insert(
                EXPOSURES,
                Tuple.of(
                        texts(rows, RawExposure::user),
                        texts(rows, RawExposure::id),
                        texts(rows, RawExposure::experimentId),
                        texts(rows, RawExposure::variant),
                        longs(rows, RawExposure::ts),
                        longs(rows, RawExposure::received)),
                longs(rows, row -> row.at().offset()));
    }

    Future<Void> addGoals(List<RawGoal> rows) {
        return insert(
                GOALS,
                Tuple.of(
                        texts(rows, RawGoal::user),
                        texts(rows, RawGoal::id),
                        texts(rows, RawGoal::name),
                        longs(rows, RawGoal::valueMicros),
                        longs(rows, RawGoal::ts),
                        longs(rows, RawGoal::received)),
                longs(rows, row -> row.at().offset()));
    }

    private Future<Void> insert(String sql, Tuple columns, Long[] offsets) {
        return offsets.length == 0
                ? Future.succeededFuture()
                : connection
                        .preparedQuery(sql)
                        .execute(columns.addValue(offsets))
                        .mapEmpty();
    }

    private static <R> String[] texts(List<R> rows, Function<R, String> of) {
        return rows.stream().map(of).toArray(String[]::new);
    }

    private static <R> Long[] longs(List<R> rows, Function<R, Long> of) {
        return rows.stream().map(of).toArray(Long[]::new);
    }

    /** What the query gives over these users, added to what it gave over others. */
    Future<Void> addTo(Cells cells) {
        return connection
                .query("analyze exposures_raw; analyze goals_raw")
                .execute()
                .compose(done -> connection.query(query).execute())
                .map(rows -> {
                    add(rows, cells);
                    return null;
                });
    }

    private static void add(RowSet<Row> rows, Cells cells) {
        Set<String> variants = new HashSet<>();
        for (Row row : rows) {
            String variant = row.getString("scope") + "/" + row.getString("variant_key");
            if (variants.add(variant)) {
                cells.addUsers(variant, number(row, "exposures"), number(row, "impressions"));
            }
            String metric = row.getString("metric_key");
            if (!metric.equals(NO_METRIC)) {
                cells.addMetric(
                        variant + "/" + metric,
                        new MetricTotals(
                                number(row, "conversions"),
                                number(row, "events"),
                                decimal(row, "sum_micros").toBigIntegerExact(),
                                decimal(row, "sum_of_squares").toBigIntegerExact()));
            }
        }
    }

    private static long number(Row row, String column) {
        return decimal(row, column).longValueExact();
    }

    private static BigDecimal decimal(Row row, String column) {
        return row.getNumeric(column).bigDecimalValue();
    }

    Future<Void> close() {
        return connection.close();
    }
}
