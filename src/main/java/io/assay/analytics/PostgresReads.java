package io.assay.analytics;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is read of PostgreSQL one row or one day at a time. */
final class PostgresReads {
    private static final String ROWS =
            """
            select distinct on (part) topic, pos, generation, experiment_id, part, exposures_pos, events_pos, log_time,
                   totals::text as totals
            from aggregate where generation = $1 and experiment_id = $2
            order by part, topic desc, pos desc""";
    private static final String WATERMARKS = "select * from watermark where generation = $1 order by part";
    private static final String DAYS =
            """
            select topic, pos, generation, experiment_id, part, exposures_pos, events_pos, log_time,
                   totals::text as totals
            from aggregate where generation = $1 and experiment_id = $2""";
    private static final String FIRST =
            """
            select topic, pos, variant_key, ts from first_exposure
            where generation = $1 and experiment_id = $2 and user_id = $3 and variant_key is not null""";
    private static final String FIRSTS =
            """
            select width_bucket(ts, $3::bigint[]) as period, variant_key, count(*) as users from first_exposure
            where generation = $1 and experiment_id = $2 and variant_key is not null and ts >= ($3::bigint[])[1]
            group by 1, 2""";
    private static final String ERASURES =
            "select log_pos, user_id, moment from erasure where topic = $1 and part = $2 order by log_pos";

    private final Vertx vertx;
    private final Pool pool;

    PostgresReads(Vertx vertx, Pool pool) {
        this.vertx = vertx;
        this.pool = pool;
    }

    Future<List<Batch.AggregateRow>> rows(int generation, String experimentId) {
        return pool.preparedQuery(ROWS)
                .execute(Tuple.of(generation, experimentId))
                .map(PostgresReads::aggregates);
    }

    Future<List<Batch.Watermark>> watermarks(int generation) {
        return pool.preparedQuery(WATERMARKS)
                .execute(Tuple.of(generation))
                .map(rows -> rows.stream().map(PostgresReads::watermark).toList());
    }

    /** Many rows, and none of them is looked at on an event loop: their totals come as texts. */
    Future<List<DayTotals>> series(int generation, String experimentId) {
        return pool.preparedQuery(DAYS)
                .execute(Tuple.of(generation, experimentId))
                .compose(rows -> vertx.executeBlocking(() -> DayTotals.of(aggregates(rows)), false));
    }

    Future<Optional<Batch.FirstExposure>> firstExposure(int generation, String experimentId, String user) {
        return pool.preparedQuery(FIRST)
                .execute(Tuple.of(generation, experimentId, user))
                .map(rows -> rows.stream().findFirst().map(row -> {
                    var at = new Position(row.getInteger("topic"), 0, row.getLong("pos"));
                    var variant = row.getString("variant_key");
                    return new Batch.FirstExposure(at, generation, experimentId, user, variant, row.getLong("ts"));
                }));
    }

    Future<List<Map<String, Long>>> firstExposures(int generation, String experimentId, List<Long> periodStarts) {
        if (periodStarts.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return pool.preparedQuery(FIRSTS)
                .execute(Tuple.of(generation, experimentId, periodStarts.toArray(Long[]::new)))
                .map(rows -> {
                    List<Map<String, Long>> periods = new ArrayList<>();
                    periodStarts.forEach(start -> periods.add(new HashMap<>()));
                    rows.forEach(row -> periods.get(row.getInteger("period") - 1)
                            .put(row.getString("variant_key"), row.getLong("users")));
                    return periods;
                });
    }

    Future<List<Batch.Erasure>> erasures(int topic, int partition) {
        return pool.preparedQuery(ERASURES).execute(Tuple.of(topic, partition)).map(rows -> rows.stream()
                .map(row -> new Batch.Erasure(
                        new Position(topic, partition, row.getLong("log_pos")),
                        row.getString("user_id"),
                        row.getLong("moment")))
                .toList());
    }

    private static List<Batch.AggregateRow> aggregates(RowSet<Row> rows) {
        return rows.stream()
                .map(row -> new Batch.AggregateRow(
                        new Position(row.getInteger("topic"), row.getInteger("part"), row.getLong("pos")),
                        row.getInteger("generation"),
                        row.getString("experiment_id"),
                        row.getInteger("part"),
                        progress(row),
                        TotalsJson.read(new JsonObject(row.getString("totals")))))
                .toList();
    }

    private static Batch.Watermark watermark(Row row) {
        return new Batch.Watermark(
                new Position(row.getInteger("topic"), row.getInteger("part"), row.getLong("pos")),
                row.getInteger("generation"),
                row.getInteger("part"),
                row.getInteger("partitions"),
                row.getLong("received"),
                row.getLong("horizon"),
                progress(row));
    }

    private static Batch.Progress progress(Row row) {
        return new Batch.Progress(row.getLong("exposures_pos"), row.getLong("events_pos"), row.getLong("log_time"));
    }
}
