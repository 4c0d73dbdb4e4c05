package io.assay.analytics;

import io.assay.analytics.Batch.AggregateRow;
import io.assay.analytics.Batch.FirstExposure;
import io.assay.analytics.Batch.Watermark;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** A batch as one statement per table. Rows go in the order of their keys, so that two writers cannot lock each other out. */
final class PostgresBatch {
    private static final String EXPOSURES =
            """
            insert into exposures_raw (topic, part, log_pos, user_id, event_id, experiment_id, variant_key, ts, received_ts)
            select * from unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
                                 $8::bigint[], $9::bigint[]) order by 1, 2, 3
            on conflict do nothing""";
    private static final String GOALS =
            """
            insert into goals_raw
                (topic, part, log_pos, user_id, event_id, name, value_micros, ts, received_ts, properties)
            select * from unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                                 $8::bigint[], $9::bigint[], $10::text[]) order by 1, 2, 3
            on conflict do nothing""";
    private static final String DEAD_LETTERS =
            """
            insert into dead_letter
                (topic, part, log_pos, source_topic, source_part, source_pos, reason, key, value)
            select * from unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::int[], $6::bigint[], $7::text[],
                                 $8::text[], $9::text[]) order by 1, 2, 3
            on conflict do nothing""";
    private static final String AGGREGATES =
            """
            insert into aggregate as old (topic, pos, generation, experiment_id, part, totals)
            select t, p, g, e, n, j::jsonb
            from unnest($1::int[], $2::bigint[], $3::int[], $4::text[], $5::int[], $6::text[]) as u (t, p, g, e, n, j)
            order by g, e, n
            on conflict (generation, experiment_id, part) do update
            set topic = excluded.topic, pos = excluded.pos, totals = excluded.totals""";
    private static final String WATERMARKS =
            """
            insert into watermark as old (topic, pos, generation, part, partitions, received, horizon)
            select * from unnest($1::int[], $2::bigint[], $3::int[], $4::int[], $5::int[], $6::bigint[], $7::bigint[])
            order by 3, 4
            on conflict (generation, part) do update
            set topic = excluded.topic, pos = excluded.pos, partitions = excluded.partitions,
                received = excluded.received, horizon = excluded.horizon""";
    private static final String FIRST_EXPOSURES =
            """
            insert into first_exposure as old (topic, pos, experiment_id, user_id, variant_key, ts)
            select * from unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[])
            order by 3, 4
            on conflict (experiment_id, user_id) do update
            set topic = excluded.topic, pos = excluded.pos, variant_key = excluded.variant_key, ts = excluded.ts""";

    private static final Comparator<Position> BY_AGE =
            Comparator.comparingInt(Position::topic).thenComparingLong(Position::offset);

    private final Supplier<String> guard;

    PostgresBatch(Supplier<String> guard) {
        this.guard = guard;
    }

    Future<Void> write(SqlConnection connection, Batch batch) {
        return exposures(connection, batch)
                .compose(v -> goals(connection, batch))
                .compose(v -> firstExposures(connection, batch))
                .compose(v -> aggregates(connection, batch))
                .compose(v -> watermarks(connection, batch))
                .compose(v -> deadLetters(connection, batch));
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

    private Future<Void> firstExposures(SqlConnection connection, Batch batch) {
        var newest = newest(batch.firstExposures(), FirstExposure::at, r -> List.of(r.experimentId(), r.user()));
        var columns = new Columns<>(newest)
                .version(FirstExposure::at)
                .texts(FirstExposure::experimentId)
                .texts(FirstExposure::user)
                .texts(FirstExposure::variant)
                .longs(FirstExposure::ts);
        return run(connection, FIRST_EXPOSURES + guard.get(), columns);
    }

    private Future<Void> aggregates(SqlConnection connection, Batch batch) {
        var newest = newest(
                batch.aggregates(), AggregateRow::at, r -> List.of(r.generation(), r.experimentId(), r.partition()));
        var columns = new Columns<>(newest)
                .version(AggregateRow::at)
                .ints(AggregateRow::generation)
                .texts(AggregateRow::experimentId)
                .ints(AggregateRow::partition)
                .texts(row -> TotalsJson.write(row.totals()).encode());
        return run(connection, AGGREGATES + guard.get(), columns);
    }

    private Future<Void> watermarks(SqlConnection connection, Batch batch) {
        var newest = newest(batch.watermarks(), Watermark::at, r -> List.of(r.generation(), r.partition()));
        var columns = new Columns<>(newest)
                .version(Watermark::at)
                .ints(Watermark::generation)
                .ints(Watermark::partition)
                .ints(Watermark::partitions)
                .longs(Watermark::received)
                .longs(Watermark::horizon);
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

    private static Future<Void> run(SqlConnection connection, String sql, Columns<?> columns) {
        return columns.isEmpty()
                ? Future.succeededFuture()
                : connection.preparedQuery(sql).execute(columns.parameters()).mapEmpty();
    }

    /** One row per key: a statement may touch a row only once. */
    private static <R> Collection<R> newest(List<R> rows, Function<R, Position> at, Function<R, List<Object>> key) {
        Map<List<Object>, R> newest = new HashMap<>();
        for (var row : rows) {
            newest.merge(key.apply(row), row, (a, b) -> BY_AGE.compare(at.apply(b), at.apply(a)) > 0 ? b : a);
        }
        return newest.values();
    }
}
