package io.assay.catalog;

import io.assay.platform.Addresses;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections to PostgreSQL: statements that end in time, or are refused as 503. */
final class Database {
    /* A caller hears within 2 s. One that waits for a connection gives up first, then the statement is cancelled by the
    server, so that its connection comes back; the last bound is for a server that does not answer at all. What is not
    about to be committed by then never will be; only if the commit itself was under way, the change may have been made. */
    private static final long ANSWER_MILLIS = 1_600;
    private static final int CONNECT_MILLIS = 1_000;
    private static final String STATEMENT_MILLIS = "1300";

    /* No statement is silent for as long as that: then there is nobody at the other end any more, and nobody who would say so.
    The pool lets go of what nobody uses well before. */
    private static final int SILENT_SECONDS = 7;
    private static final int IDLE_SECONDS = 4;
    private static final Set<String> AWAY = Set.of("08", "53", "57", "40");
    private static final int RETRY_AFTER_SECONDS = 2;
    private static final String DUPLICATE = "23505";
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
                        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setIdleTimeout(IDLE_SECONDS)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS))
                .with(new NetClientOptions()
                        .setConnectTimeout(CONNECT_MILLIS)
                        .setReadIdleTimeout(SILENT_SECONDS)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS))
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
        AtomicBoolean late = new AtomicBoolean();
        Future<Done<T>> committed = pool.withTransaction(connection -> {
            Write write = new Write(connection, who);
            return change.apply(write)
                    .compose(result -> write.moveVersions(floor.get()).map(moved -> new Done<>(result, moved)))
                    .compose(ready -> late.get()
                            ? Future.failedFuture(new TimeoutException("answered already"))
                            : Future.succeededFuture(ready));
        });
        return inTime(committed.map(done -> {
                    if (done.moved() && announces) {
                        vertx.eventBus().publish(Addresses.CATALOG_CHANGED, new JsonObject());
                    }
                    return done.result();
                }))
                .onFailure(e -> late.set(true));
    }

    /** Makes a change to see what becomes of it, and takes it back. */
    <T> Future<T> tryOut(Function<Write, Future<T>> change) {
        return inTime(pool.withConnection(
                connection -> connection.begin().compose(begun -> change.apply(new Write(connection, "nobody"))
                        .eventually(begun::rollback))));
    }

    /** Does what takes longer than an event loop should be held up. */
    <T> Future<T> offLoop(Callable<T> work) {
        return vertx.executeBlocking(work, false);
    }

    private record Done<T>(T result, boolean moved) {}

    Future<Void> close() {
        return pool.close();
    }

    private static <T> Future<T> inTime(Future<T> answer) {
        return answer.timeout(ANSWER_MILLIS, TimeUnit.MILLISECONDS).recover(e -> Future.failedFuture(refusal(e)));
    }

    private static Throwable refusal(Throwable failure) {
        return isAway(failure) ? away(failure) : failure;
    }

    static ApiError away(Throwable failure) {
        log.debug("PostgreSQL is away: {}", failure.toString());
        return ApiError.unavailable("The definitions can't be reached at the moment.", RETRY_AFTER_SECONDS);
    }

    /** Whether a statement failed because there is such a row already. */
    static boolean isDuplicate(Throwable failure) {
        return failure instanceof PgException refused && DUPLICATE.equals(refused.getSqlState());
    }

    /** Whether a state of SQL says that the server is away, full or about to end, or that somebody else was in the way. */
    static boolean isAway(String state) {
        return state.equals(LOCK_NOT_AVAILABLE) || AWAY.stream().anyMatch(state::startsWith);
    }

    private static boolean isAway(Throwable failure) {
        if (failure instanceof PgException refused) {
            return isAway(String.valueOf(refused.getSqlState()));
        }
        return failure instanceof IOException
                || failure instanceof TimeoutException
                || failure instanceof ClosedConnectionException
                || failure.getClass().getName().startsWith("io.vertx.core.");
    }
}
