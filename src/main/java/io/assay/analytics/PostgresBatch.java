package io.assay.analytics;

import static java.util.stream.Collectors.toSet;

import io.assay.analytics.Batch.AggregateRow;
import io.assay.analytics.Batch.FirstExposure;
import io.assay.analytics.Batch.Watermark;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** A batch as one statement per table. Rows go in the order of their keys, so that two writers cannot lock each other out. */
final class PostgresBatch {
    private static final String NOT_ERASED =
            """
            where not exists (select from erasure e where e.user_id = r.user_id and e.topic = r.topic
                              and e.part = r.part and e.log_pos > r.pos)
            order by 1, 2, 3
            on conflict do nothing""";
    private static final String EXPOSURES =
            """
            insert into exposures_raw (topic, part, log_pos, user_id, event_id, experiment_id, variant_key, ts, received_ts)
            select * from unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
                                 $8::bigint[], $9::bigint[]) as r (topic, part, pos, user_id)
            """
                    + NOT_ERASED;
    private static final String GOALS =
            """
            insert into goals_raw
                (topic, part, log_pos, user_id, event_id, name, value_micros, ts, received_ts, properties)
            select * from unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                                 $8::bigint[], $9::bigint[], $10::text[]) as r (topic, part, pos, user_id)
            """
                    + NOT_ERASED;
    private static final String DEAD_LETTERS =
            """
            insert into dead_letter
                (topic, part, log_pos, source_topic, source_part, source_pos, reason, key, value)
            select * from unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::int[], $6::bigint[], $7::text[],
                                 $8::text[], $9::text[]) as d (topic, part, pos, source, source_part, source_pos, reason, key)
            where not exists (select from erasure e
                              where e.user_id = d.key and e.part = d.source_part and e.log_pos > d.source_pos
                              and e.topic = (select max(t.id) from topic t where t.name = d.source))
            order by 1, 2, 3
            on conflict do nothing""";
    private static final String AGGREGATES =
            """
            insert into aggregate as old
                (topic, pos, generation, experiment_id, part, day, exposures_pos, events_pos, log_time, totals)
            select t, p, g, e, n, d, x, v, l, j::jsonb
            from unnest($1::int[], $2::bigint[], $3::int[], $4::text[], $5::int[], $6::int[], $7::bigint[],
                        $8::bigint[], $9::bigint[], $10::text[]) as u (t, p, g, e, n, d, x, v, l, j)
            order by g, e, n, d
            on conflict (generation, experiment_id, part, day) do update
            set topic = excluded.topic, pos = excluded.pos, exposures_pos = excluded.exposures_pos,
                events_pos = excluded.events_pos, log_time = excluded.log_time, totals = excluded.totals""";
    private static final String WATERMARKS =
            """
            insert into watermark as old
                (topic, pos, generation, part, partitions, received, horizon, exposures_pos, events_pos, log_time)
            select * from unnest($1::int[], $2::bigint[], $3::int[], $4::int[], $5::int[], $6::bigint[], $7::bigint[],
                                 $8::bigint[], $9::bigint[], $10::bigint[])
            order by 3, 4
            on conflict (generation, part) do update
            set topic = excluded.topic, pos = excluded.pos, partitions = excluded.partitions,
                received = excluded.received, horizon = excluded.horizon, exposures_pos = excluded.exposures_pos,
                events_pos = excluded.events_pos, log_time = excluded.log_time""";
    private static final String FIRST_EXPOSURES =
            """
            insert into first_exposure as old (topic, pos, generation, experiment_id, user_id, variant_key, ts)
            select t, p, g, e, u, v, s
            from unnest($1::int[], $2::bigint[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                        $8::boolean[]) as r (t, p, g, e, u, v, s, is_in)
            where is_in or exists (select from first_exposure f
                                   where f.generation = g and f.experiment_id = e and f.user_id = u)
            order by g, e, u
            on conflict (generation, experiment_id, user_id) do update
            set topic = excluded.topic, pos = excluded.pos, variant_key = excluded.variant_key, ts = excluded.ts""";

    private final Vertx vertx;
    private final Supplier<String> guard;

    PostgresBatch(Vertx vertx, Supplier<String> guard) {
        this.vertx = vertx;
        this.guard = guard;
    }

    Future<Void> write(SqlConnection connection, Batch batch) {
        return PostgresErasures.write(connection, batch)
                .compose(v -> exposures(connection, batch))
                .compose(v -> goals(connection, batch))
                .compose(v -> firstExposures(connection, batch))
                .compose(v -> aggregates(connection, batch))
                .compose(v -> watermarks(connection, batch))
                .compose(v -> deadLetters(connection, batch));
    }

    /** Removes what belongs to that generation, however much it is. */
    static Future<Void> forget(Pool pool, int generation) {
        return pool.withTransaction(connection -> {
            Future<?> done = connection.query("set local statement_timeout = 0").execute();
            for (var table : List.of("aggregate", "watermark", "first_exposure")) {
                done = done.compose(v -> connection
                        .preparedQuery("delete from " + table + " where generation = $1")
                        .execute(Tuple.of(generation)));
            }
            return done.mapEmpty();
        });
    }

    private Future<Void> exposures(SqlConnection connection, Batch batch) {
        var columns = new Columns<>(batch.exposures())
                .position(Batch.RawExposure::at)
                .texts(Batch.RawExposure::user)
                .texts(Batch.RawExposure::id)
                .texts(Batch.RawExposure::experimentId)
                .texts(Batch.RawExposure::variant)
                .longs(Batch.RawExposure::ts)
                .longs(Batch.RawExposure::received);
        return run(connection, EXPOSURES, columns);
    }

    private Future<Void> goals(SqlConnection connection, Batch batch) {
        var columns = new Columns<>(batch.goals())
                .position(Batch.RawGoal::at)
                .texts(Batch.RawGoal::user)
                .texts(Batch.RawGoal::id)
                .texts(Batch.RawGoal::name)
                .longs(Batch.RawGoal::valueMicros)
                .longs(Batch.RawGoal::ts)
                .longs(Batch.RawGoal::received)
                .texts(Batch.RawGoal::properties);
        return run(connection, GOALS, columns);
    }

    /** That a user is out is of interest only where a row is stored or comes with it, which could come again. */
    private Future<Void> firstExposures(SqlConnection connection, Batch batch) {
        Function<FirstExposure, List<Object>> key = r -> List.of(r.generation(), r.experimentId(), r.user());
        var newest = newest(batch.firstExposures(), FirstExposure::at, key);
        var in = batch.firstExposures().stream()
                .filter(row -> row.variant() != null)
                .map(key)
                .collect(toSet());
        var columns = new Columns<>(newest)
                .version(FirstExposure::at)
                .ints(FirstExposure::generation)
                .texts(FirstExposure::experimentId)
                .texts(FirstExposure::user)
                .texts(FirstExposure::variant)
                .longs(FirstExposure::ts)
                .flags(row -> in.contains(key.apply(row)));
        return run(connection, FIRST_EXPOSURES + guard.get(), columns);
    }

    /** Totals as texts would hold up an event loop: there may be as many as a poll gives. */
    private Future<Void> aggregates(SqlConnection connection, Batch batch) {
        return vertx.executeBlocking(() -> aggregates(batch.aggregates()), false)
                .compose(columns -> run(connection, AGGREGATES + guard.get(), columns));
    }

    private static Columns<AggregateRow> aggregates(List<AggregateRow> rows) {
        var newest = newest(
                rows,
                AggregateRow::at,
                r -> List.of(
                        r.generation(),
                        r.experimentId(),
                        r.partition(),
                        r.progress().day()));
        return progress(
                        new Columns<>(newest)
                                .version(AggregateRow::at)
                                .ints(AggregateRow::generation)
                                .texts(AggregateRow::experimentId)
                                .ints(AggregateRow::partition)
                                .ints(r -> r.progress().day()),
                        AggregateRow::progress)
                .texts(r -> TotalsJson.write(r.totals()).encode());
    }

    private Future<Void> watermarks(SqlConnection connection, Batch batch) {
        var newest = newest(batch.watermarks(), Watermark::at, r -> List.of(r.generation(), r.partition()));
        var columns = progress(
                new Columns<>(newest)
                        .version(Watermark::at)
                        .ints(Watermark::generation)
                        .ints(Watermark::partition)
                        .ints(Watermark::partitions)
                        .longs(Watermark::received)
                        .longs(Watermark::horizon),
                Watermark::progress);
        return run(connection, WATERMARKS + guard.get(), columns);
    }

    private Future<Void> deadLetters(SqlConnection connection, Batch batch) {
        var columns = new Columns<>(batch.deadLetters())
                .position(Batch.DeadLetter::at)
                .texts(Batch.DeadLetter::topic)
                .ints(Batch.DeadLetter::partition)
                .longs(Batch.DeadLetter::offset)
                .texts(Batch.DeadLetter::reason)
                .texts(Batch.DeadLetter::key)
                .texts(Batch.DeadLetter::value);
        return run(connection, DEAD_LETTERS, columns);
    }

    private static <R> Columns<R> progress(Columns<R> columns, Function<R, Batch.Progress> of) {
        return columns.longs(row -> of.apply(row).exposures())
                .longs(row -> of.apply(row).events())
                .longs(row -> of.apply(row).received());
    }

    static Future<Void> run(SqlConnection connection, String sql, Columns<?> columns) {
        return columns.isEmpty()
                ? Future.succeededFuture()
                : connection.preparedQuery(sql).execute(columns.parameters()).mapEmpty();
    }

    /** One row per key: a statement may touch a row only once. */
    private static <R> Collection<R> newest(List<R> rows, Function<R, Position> at, Function<R, List<Object>> key) {
        Map<List<Object>, R> newest = new HashMap<>();
        for (var row : rows) {
            newest.merge(key.apply(row), row, (a, b) -> Position.BY_AGE.compare(at.apply(b), at.apply(a)) > 0 ? b : a);
        }
        return newest.values();
    }
}
