package io.assay.analytics;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;

/** The erasures of a batch. They come first: of the rows that come with them, too, only those behind them are taken. */
final class PostgresErasures {
    /* Whoever takes rows looks for erasures first, and whoever erases looks for rows; neither sees what the other has not yet
    committed. So they take turns: many may take rows at once, and one may erase. */
    static final int LOCK = 0x61737361;
    private static final String ERASURES =
            """
            insert into erasure (topic, part, log_pos, user_id, moment)
            select * from unnest($1::int[], $2::int[], $3::bigint[], $4::text[], $5::bigint[]) order by 1, 2, 3
            on conflict do nothing""";
    /* What lies before these erasures goes; only theirs, for the others have been here. A topic of the same name that was
    there before lies before them, too; a letter has no number of a topic, and is one of the newest of that name. */
    private static final String ERASED =
            """
            with e as (select u.*, t.name,
                              array(select b.id from topic b where b.name = t.name and b.id < t.id) as before,
                              not exists (select from topic b where b.name = t.name and b.id > t.id) as is_newest
                       from unnest($1::int[], $2::int[], $3::bigint[], $4::text[]) as u (topic, part, pos, user_id)
                       join topic t on t.id = u.topic),
            x as (delete from exposures_raw r using e
                  where r.user_id = e.user_id and (r.topic = any (e.before)
                        or r.topic = e.topic and r.part = e.part and r.log_pos < e.pos)),
            g as (delete from goals_raw r using e
                  where r.user_id = e.user_id and (r.topic = any (e.before)
                        or r.topic = e.topic and r.part = e.part and r.log_pos < e.pos))
            delete from dead_letter d using e
            where d.key = e.user_id and d.source_topic = e.name and d.source_part = e.part and d.source_pos < e.pos
                  and e.is_newest""";

    private PostgresErasures() {}

    static Future<Void> write(SqlConnection connection, Batch batch) {
        return lock(connection, batch)
                .compose(v ->
                        PostgresBatch.run(connection, ERASURES, columns(batch).longs(Batch.Erasure::moment)))
                .compose(v -> PostgresBatch.run(connection, ERASED, columns(batch)));
    }

    private static Future<Void> lock(SqlConnection connection, Batch batch) {
        boolean isTaking = !batch.exposures().isEmpty()
                || !batch.goals().isEmpty()
                || !batch.deadLetters().isEmpty();
        if (batch.erasures().isEmpty() && !isTaking) {
            return Future.succeededFuture();
        }
        var lock = batch.erasures().isEmpty() ? "pg_advisory_xact_lock_shared" : "pg_advisory_xact_lock";
        return connection
                .preparedQuery("select 1 from " + lock + "(" + LOCK + ")")
                .execute()
                .mapEmpty();
    }

    private static Columns<Batch.Erasure> columns(Batch batch) {
        return new Columns<>(batch.erasures()).position(Batch.Erasure::at).texts(Batch.Erasure::user);
    }
}
