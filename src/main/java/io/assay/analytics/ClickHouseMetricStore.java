package io.assay.analytics;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The counts in ClickHouse, over HTTP, for logs that PostgreSQL is too small for; one database, made at the first start. */
public class ClickHouseMetricStore implements MetricStore {
    private final ClickHouse database;
    private final ClickHouseSchema schema;
    private final ClickHouseTopics topics;
    private final ClickHouseErasures erasures;
    private final ClickHouseBatch batches;
    private final ClickHouseReads reads;
    private final ClickHouseRawLog rawLog;

    protected ClickHouseMetricStore(Vertx vertx, JsonObject config) {
        database = new ClickHouse(vertx, ClickHouseConfig.from(config));
        schema = new ClickHouseSchema(database);
        topics = new ClickHouseTopics(database);
        var deletes = new ClickHouseDeletes(database);
        erasures = new ClickHouseErasures(database, topics, deletes);
        batches = new ClickHouseBatch(database, erasures, new ClickHouseWithdrawals(database, deletes));
        reads = new ClickHouseReads(database);
        rawLog = new ClickHouseRawLog(database, erasures);
    }

    /** The counts in the database of the section {@code analytics}; connects at first use. */
    public static ClickHouseMetricStore create(Vertx vertx, JsonObject config) {
        return new ClickHouseMetricStore(vertx, config);
    }

    @Override
    public Future<Void> migrate() {
        return schema.migrate();
    }

    @Override
    public Future<Integer> register(String topic, String topicId) {
        return topics.register(topic, topicId);
    }

    @Override
    public Future<Void> store(Batch batch) {
        return batches.write(batch)
                .recover(e -> Future.failedFuture(
                        e instanceof ClickHouseException refused && refused.isOfTheRows()
                                ? new RefusedRowsException(e)
                                : e));
    }

    /** The watermarks are read first: the rows hold at least what these speak of. */
    @Override
    public Future<ServedTotals> totals(int generation, String experimentId) {
        return reads.watermarks(generation).compose(watermarks -> reads.rows(generation, experimentId)
                .map(rows -> ServedTotals.of(rows, watermarks)));
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
        return erasures.in(topic, partition);
    }

    @Override
    public Future<Void> rawExposures(RawRange range, Function<List<Batch.RawExposure>, Future<Void>> reader) {
        return rawLog.exposures(range, reader);
    }

    @Override
    public Future<Void> rawGoals(RawRange range, Function<List<Batch.RawGoal>, Future<Void>> reader) {
        return rawLog.goals(range, reader);
    }

    /** Totals and first exposures lie in partitions by generation, which go as a whole. */
    @Override
    public Future<Void> forget(int generation) {
        return database.change("ALTER TABLE aggregate DROP PARTITION " + generation)
                .compose(v -> database.change("ALTER TABLE first_exposure DROP PARTITION " + generation))
                .compose(v -> database.change("ALTER TABLE watermark DELETE WHERE generation = " + generation));
    }

    @Override
    public Future<Void> close() {
        return database.close();
    }
}
