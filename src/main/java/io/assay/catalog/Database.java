package io.assay.catalog;

import io.assay.platform.Addresses;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections to PostgreSQL: statements that end in time, or are refused as 503. */
final class Database {
    /* A caller hears within 2 s. One that waits for a connection gives up first, then the statement is cancelled by the
    server, so that its connection comes back; the last bound is for a server that does not answer at all. After such a
    503 the change may have been made or not. */
    private static final long ANSWER_MILLIS = 1_800;
    private static final int CONNECT_MILLIS = 1_000;
    private static final String STATEMENT_MILLIS = "1500";
    private static final Set<String> AWAY = Set.of("08", "53", "57", "40");
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final Logger log = LoggerFactory.getLogger(Database.class);

    private final Vertx vertx;
    private final Pool pool;
    private final Supplier<Versions> floor;
    private final boolean announces;

    /** Versions move above those that {@code floor} answers at the time. */
    Database(Vertx vertx, CatalogConfig config, Supplier<Versions> floor) {
        this.vertx = vertx;
        this.floor = floor;
        this.announces = config.announces();
        PgConnectOptions server = new PgConnectOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setDatabase(config.database())
                .setUser(config.user())
                .setPassword(config.password())
                .setCachePreparedStatements(true)
                .addProperty("search_path", "catalog")
                .addProperty("statement_timeout", STATEMENT_MILLIS)
                .addProperty("idle_in_transaction_session_timeout", "5000")
                .addProperty("application_name", "assay-catalog");
        this.pool = PgBuilder.pool()
                .connectingTo(server)
                .with(new PoolOptions()
                        .setMaxSize(config.poolSize())
                        .setMaxWaitQueueSize(1_000)
                        .setConnectionTimeout(CONNECT_MILLIS)
                        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS))
                .using(vertx)
                .build();
    }

    /** Reads by statements that need not see the same moment. */
    <T> Future<T> read(Function<Pool, Future<T>> statements) {
        return inTime(statements.apply(pool));
    }

    /** Reads by statements that all see the same moment. */
    <T> Future<T> readAtOnce(Function<SqlConnection, Future<T>> statements) {
        return inTime(pool.withTransaction(connection -> connection
                .query("set transaction isolation level repeatable read, read only")
                .execute()
                .compose(set -> statements.apply(connection))));
    }

    /**
     * Changes definitions in one transaction, then tells the cluster if something that is served changed.
     *
     * @param who for the audit
     */
    <T> Future<T> write(String who, Function<Write, Future<T>> change) {
        Future<Done<T>> committed = pool.withTransaction(connection -> {
            Write write = new Write(connection, who);
            return change.apply(write)
                    .compose(result -> write.moveVersions(floor.get()).map(moved -> new Done<>(result, moved)));
        });
        return inTime(committed.map(done -> {
            if (done.moved() && announces) {
                vertx.eventBus().publish(Addresses.CATALOG_CHANGED, new JsonObject());
            }
            return done.result();
        }));
    }

    /** Makes a change to see what becomes of it, and takes it back. */
    <T> Future<T> tryOut(Function<Write, Future<T>> change) {
        return inTime(pool.withConnection(
                connection -> connection.begin().compose(begun -> change.apply(new Write(connection, "nobody"))
                        .eventually(begun::rollback))));
    }

    private record Done<T>(T result, boolean moved) {}

    Future<Void> close() {
        return pool.close();
    }

    private static <T> Future<T> inTime(Future<T> answer) {
        return answer.timeout(ANSWER_MILLIS, TimeUnit.MILLISECONDS).recover(e -> Future.failedFuture(refusal(e)));
    }

    private static Throwable refusal(Throwable failure) {
        if (!isAway(failure)) {
            return failure;
        }
        log.debug("PostgreSQL is away: {}", failure.toString());
        return ApiError.unavailable("The definitions can't be reached at the moment.", 2);
    }

    private static boolean isAway(Throwable failure) {
        if (failure instanceof PgException refused) {
            String state = String.valueOf(refused.getSqlState());
            return state.equals(LOCK_NOT_AVAILABLE) || AWAY.stream().anyMatch(state::startsWith);
        }
        return failure instanceof IOException
                || failure instanceof TimeoutException
                || failure instanceof ClosedConnectionException
                || failure.getClass().getName().startsWith("io.vertx.core.");
    }
}
