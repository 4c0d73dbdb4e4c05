package io.assay.analytics;

import io.assay.analytics.Batch.RawExposure;
import io.assay.analytics.Batch.RawGoal;
import io.vertx.core.Future;
import io.vertx.sqlclient.Cursor;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.function.Function;

/** The raw log in PostgreSQL, read through a cursor: no more than a page of it is here at a time. */
final class PostgresRawLog {
    private static final int PAGE = 5_000;

    /** Nothing is idle or slow here: who reads may take its time, and the first page may have to look at all rows. */
    private static final String PATIENCE =
            "set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0";

    private static final String USERS =
            """
            with users as (
              select distinct user_id from exposures_raw
              where topic = (select max(topic) from exposures_raw) and part = $1 and log_pos < $2 and experiment_id = $4
                and mod(hashtext(user_id)::bigint + 2147483648, $6::bigint) = $5)
            """;
    private static final String EXPOSURES = USERS
            + """
            select r.topic, r.part, r.log_pos, r.user_id, r.event_id, r.experiment_id, r.variant_key, r.ts, r.received_ts
            from exposures_raw r join users using (user_id)
            where r.topic = (select max(topic) from exposures_raw) and r.part = $1 and r.log_pos < $2 and $3::bigint >= 0""";
    private static final String GOALS = USERS
            + """
            select r.topic, r.part, r.log_pos, r.user_id, r.event_id, r.name, r.value_micros, r.ts, r.received_ts
            from goals_raw r join users using (user_id)
            where r.topic = (select max(topic) from goals_raw) and r.part = $1 and r.log_pos < $3""";

    private final Pool pool;

    PostgresRawLog(Pool pool) {
        this.pool = pool;
    }

    Future<Void> exposures(RawRange range, Function<List<RawExposure>, Future<Void>> reader) {
        return read(
                EXPOSURES,
                range,
                rows -> reader.apply(rows.stream().map(PostgresRawLog::exposure).toList()));
    }

    Future<Void> goals(RawRange range, Function<List<RawGoal>, Future<Void>> reader) {
        return read(
                GOALS,
                range,
                rows -> reader.apply(rows.stream().map(PostgresRawLog::goal).toList()));
    }

    private Future<Void> read(String sql, RawRange range, Function<List<Row>, Future<Void>> reader) {
        Tuple parameters = Tuple.of(
                range.partition(),
                range.exposures(),
                range.events(),
                range.experimentId(),
                (long) range.bucket(),
                (long) range.buckets());
        return pool.withTransaction(connection ->
                connection.query(PATIENCE).execute().compose(set -> pages(connection, sql, parameters, reader)));
    }

    private static Future<Void> pages(
            SqlConnection connection, String sql, Tuple parameters, Function<List<Row>, Future<Void>> reader) {
        return connection.prepare(sql).compose(statement -> {
            Cursor cursor = statement.cursor(parameters);
            return next(cursor, reader).eventually(cursor::close).eventually(statement::close);
        });
    }

    private static Future<Void> next(Cursor cursor, Function<List<Row>, Future<Void>> reader) {
        return cursor.read(PAGE)
                .compose(rows -> reader.apply(rows.stream().toList()))
                .compose(taken -> cursor.hasMore() ? next(cursor, reader) : Future.succeededFuture());
    }

    private static RawExposure exposure(Row row) {
        return new RawExposure(
                at(row),
                row.getString("user_id"),
                row.getString("event_id"),
                row.getString("experiment_id"),
                row.getString("variant_key"),
                row.getLong("ts"),
                row.getLong("received_ts"));
    }

    private static RawGoal goal(Row row) {
        return new RawGoal(
                at(row),
                row.getString("user_id"),
                row.getString("event_id"),
                row.getString("name"),
                row.getLong("value_micros"),
                row.getLong("ts"),
                row.getLong("received_ts"),
                null);
    }

    private static Position at(Row row) {
        return new Position(row.getInteger("topic"), row.getInteger("part"), row.getLong("log_pos"));
    }
}
