package io.assay.catalog;

import io.assay.protocol.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One changing transaction: its statements, its audit and which versions it moves. */
final class Write {
    /* Evaluated on the row as it is once it is locked, so that two writers at once give two versions. */
    private static final String MOVE =
            """
            update version set
                config = case when $1 then greatest(config, $2) + 1 else config end,
                emergency = case when $3 then greatest(emergency, $4) + 1 else emergency end,
                keys = case when $5 then greatest(keys, $6) + 1 else keys end""";

    private final SqlConnection connection;
    private final String who;
    private boolean config;
    private boolean emergency;
    private boolean keys;

    Write(SqlConnection connection, String who) {
        this.connection = connection;
        this.who = who;
    }

    SqlConnection connection() {
        return connection;
    }

    Future<RowSet<Row>> run(String sql, @Nullable Object... arguments) {
        return connection.preparedQuery(sql).execute(Tuple.from(arguments));
    }

    /** The database's clock, to the millisecond. */
    Future<Instant> now() {
        return run("select date_trunc('milliseconds', clock_timestamp()) as now")
                .map(rows -> rows.iterator().next().getOffsetDateTime("now").toInstant());
    }

    /** Notes who did what; {@code kind} and {@code subject} say to what. */
    Future<Void> audit(
            String action, Subject subject, @Nullable Map<String, ?> before, @Nullable Map<String, ?> after) {
        return run(
                        "insert into audit (who, action, kind, subject, before, after) values ($1, $2, $3, $4, $5, $6)",
                        who,
                        action,
                        subject.kind(),
                        subject.name(),
                        before == null ? null : Json.write(before),
                        after == null ? null : Json.write(after))
                .mapEmpty();
    }

    /** What an audit row is about, such as an experiment and its id. */
    record Subject(String kind, String name) {}

    void configChanged() {
        config = true;
    }

    void emergencyChanged() {
        emergency = true;
    }

    void keysChanged() {
        keys = true;
    }

    /**
     * The last statement: the row of versions is locked for as short as can be. Says whether one moved.
     *
     * @param floor the highest versions known to be served; what moves ends above the row's own and these
     */
    Future<Boolean> moveVersions(Versions floor) {
        if (!config && !emergency && !keys) {
            return Future.succeededFuture(false);
        }
        return run(MOVE, config, floor.config(), emergency, floor.emergency(), keys, floor.keys())
                .map(true);
    }
}
