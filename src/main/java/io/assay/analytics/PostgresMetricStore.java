package io.assay.analytics;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.flywaydb.core.Flyway;

/** The counts in PostgreSQL, schema {@code analytics}: one row per experiment and partition, the raw log beside them. */
public class PostgresMetricStore implements MetricStore {
    /* No statement is silent for as long as that: then nobody is at the other end. Unused connections go well before. */
    private static final int SILENT_SECONDS = 30;
    private static final int IDLE_SECONDS = 10;
    private static final String TOPIC =
            """
            with made as (insert into topic (name, topic_id) values ($1, $2) on conflict do nothing returning id)
            select id from made union all select id from topic where name = $1 and topic_id = $2 limit 1""";
    private static final String TOTALS =
            """
            select distinct on (part) totals from aggregate where generation = $1 and experiment_id = $2
            order by part, topic desc, pos desc""";
    private static final String PROGRESS =
            """
            select min(received) as received, min(horizon) as horizon from watermark
            where generation = $1 having count(*) >= max(partitions)""";

    private final Vertx vertx;
    private final AnalyticsConfig config;
    private final Pool pool;
    private final PostgresReads reads;
    private final PostgresRawLog rawLog;
    private final PostgresBatch batches;

    protected PostgresMetricStore(Vertx vertx, JsonObject config) {
        this.vertx = vertx;
        this.config = AnalyticsConfig.from(config);
        this.pool = pool(vertx, this.config);
        this.reads = new PostgresReads(vertx, pool);
        this.rawLog = new PostgresRawLog(pool);
        this.batches = new PostgresBatch(vertx, this::guard);
    }

    /** The counts in the database of the section {@code analytics}; connects at first use. */
    public static PostgresMetricStore create(Vertx vertx, JsonObject config) {
        return new PostgresMetricStore(vertx, config);
    }

    @Override
    public Future<Void> migrate() {
        return vertx.executeBlocking(
                        () -> Flyway.configure(PostgresMetricStore.class.getClassLoader())
                                .dataSource(url(config), config.user(), config.password())
                                .schemas("analytics")
                                .createSchemas(true)
                                .locations("classpath:db/analytics")
                                .load()
                                .migrate(),
                        false)
                .mapEmpty();
    }

    @Override
    public Future<Integer> register(String topic, String topicId) {
        return pool.preparedQuery(TOPIC)
                .execute(Tuple.of(topic, topicId))
                .compose(rows -> rows.size() == 0
                        ? register(topic, topicId) // another node made it between the two halves of the statement
                        : Future.succeededFuture(rows.iterator().next().getInteger("id")));
    }

    @Override
    public Future<Void> store(Batch batch) {
        return pool.withTransaction(connection -> batches.write(connection, batch))
                .recover(e -> Future.failedFuture(isOfTheRows(e) ? new RefusedRowsException(e) : e));
    }

    @Override
    public Future<ServedTotals> totals(int generation, String experimentId) {
        return pool.withTransaction(connection -> connection
                .query("set transaction isolation level repeatable read, read only")
                .execute()
                .compose(set -> connection.preparedQuery(TOTALS).execute(Tuple.of(generation, experimentId)))
                .map(PostgresMetricStore::sum)
                .compose(totals -> connection
                        .preparedQuery(PROGRESS)
                        .execute(Tuple.of(generation))
                        .map(rows -> served(totals, rows))));
    }

    @Override
    public Future<List<Batch.AggregateRow>> rows(int generation, String experimentId) {
        return reads.rows(generation, experimentId);
    }

    @Override
    public Future<List<Batch.Watermark>> watermarks(int generation) {
        return reads.watermarks(generation);
    }

    @Override
    public Future<List<DayTotals>> series(int generation, String experimentId) {
        return reads.series(generation, experimentId);
    }

    @Override
    public Future<Optional<Batch.FirstExposure>> firstExposure(int generation, String experimentId, String user) {
        return reads.firstExposure(generation, experimentId, user);
    }

    @Override
    public Future<List<Map<String, Long>>> firstExposures(
            int generation, String experimentId, List<Long> periodStarts) {
        return reads.firstExposures(generation, experimentId, periodStarts);
    }

    @Override
    public Future<List<Batch.Erasure>> erasures(int topic, int partition) {
        return reads.erasures(topic, partition);
    }

    @Override
    public Future<Void> rawExposures(RawRange range, Function<List<Batch.RawExposure>, Future<Void>> reader) {
        return rawLog.exposures(range, reader);
    }

    @Override
    public Future<Void> rawGoals(RawRange range, Function<List<Batch.RawGoal>, Future<Void>> reader) {
        return rawLog.goals(range, reader);
    }

    @Override
    public Future<Void> forget(int generation) {
        return PostgresBatch.forget(pool, generation);
    }

    @Override
    public Future<Void> close() {
        return pool.close();
    }

    /** The condition on which a row replaces the one that is there. */
    protected String guard() {
        return " where (excluded.topic, excluded.pos) > (old.topic, old.pos)";
    }

    /** A value that cannot be stored (22), or one too large (54); everything else may go well the next time. */
    private static boolean isOfTheRows(Throwable e) {
        return e instanceof PgException p
                && p.getSqlState() != null
                && (p.getSqlState().startsWith("22") || p.getSqlState().startsWith("54"));
    }

    private static ExperimentTotals sum(RowSet<Row> rows) {
        var sum = ExperimentTotals.NONE;
        for (var row : rows) {
            sum = sum.plus(TotalsJson.read(row.getJsonObject("totals")));
        }
        return sum;
    }

    private static ServedTotals served(ExperimentTotals totals, RowSet<Row> rows) {
        if (rows.size() == 0) {
            return new ServedTotals(totals, null, null);
        }
        var row = rows.iterator().next();
        return new ServedTotals(
                totals, Instant.ofEpochMilli(row.getLong("received")), Instant.ofEpochMilli(row.getLong("horizon")));
    }

    private static Pool pool(Vertx vertx, AnalyticsConfig config) {
        var server = new PgConnectOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setDatabase(config.database())
                .setUser(config.user())
                .setPassword(config.password())
                .setCachePreparedStatements(true)
                .addProperty("search_path", "analytics")
                .addProperty("statement_timeout", "20000")
                .addProperty("idle_in_transaction_session_timeout", "20000")
                .addProperty("application_name", "assay-analytics");
        var options = new PoolOptions()
                .setMaxSize(config.poolSize())
                .setMaxWaitQueueSize(1_000)
                .setConnectionTimeout(2)
                .setConnectionTimeoutUnit(TimeUnit.SECONDS)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
        var sockets = new NetClientOptions()
                .setConnectTimeout(2_000)
                .setReadIdleTimeout(SILENT_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
        return PgBuilder.pool()
                .connectingTo(server)
                .with(options)
                .with(sockets)
                .using(vertx)
                .build();
    }

    private static String url(AnalyticsConfig config) {
        return "jdbc:postgresql://" + config.host() + ":" + config.port() + "/" + config.database()
                + "?connectTimeout=5&ApplicationName=assay-migrations";
    }
}
