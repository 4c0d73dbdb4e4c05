package io.assay.metrics;

import io.assay.analytics.PostgresMetricStore;
import io.assay.embedded.SharedServers;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The analytics store as a reader sees it, and beside it what the published query gives over its raw tables. */
final class LiveStore implements AutoCloseable {
    private static final String VIEWS =
            """
            create temp table experiments (experiment_id text collate "C", start_ts bigint, end_ts bigint);
            create temp table experiment_metrics
                (experiment_id text collate "C", metric_key text collate "C", event_name text collate "C", window_ms bigint);
            create temp view exposures_raw as
                select * from analytics.exposures_raw where experiment_id in (select experiment_id from experiments);
            create temp view goals_raw as select * from analytics.goals_raw""";

    private final Connection connection;
    private final PostgresMetricStore store;
    private volatile int generation;
    private final List<Definition> definitions;

    LiveStore(Vertx vertx, JsonObject config, List<Definition> definitions) throws SQLException {
        this.connection = SharedServers.connect(config.getJsonObject("analytics"));
        this.store = PostgresMetricStore.create(vertx, config);
        this.generation = config.getJsonObject("metrics").getInteger("generation");
        this.definitions = definitions;
        await(store.migrate());
        connection.createStatement().execute(VIEWS);
        for (var e : definitions) {
            long end = e.end == Definition.OPEN ? 253_402_300_799_999L : e.end;
            connection
                    .createStatement()
                    .execute("insert into experiments values ('%s', %d, %d)".formatted(e.id, e.start, end));
            for (var m : e.metrics) {
                connection
                        .createStatement()
                        .execute("insert into experiment_metrics values ('%s', '%s', '%s', %s)"
                                .formatted(
                                        e.id,
                                        m.key(),
                                        m.event() == Hash64.of("buy") ? "buy" : "signup",
                                        m.hasWindow() ? m.windowMillis() : "null"));
            }
        }
    }

    /** From now on that generation is read. */
    void serves(int another) {
        generation = another;
    }

    /** What the published query gives over the raw tables. */
    Map<String, String> oracle() throws SQLException {
        return OracleSql.read(connection, OracleSql.text());
    }

    /** What is served, zeros left out as the query does. */
    Map<String, String> served() {
        Map<String, String> cells = new TreeMap<>();
        for (var e : definitions) {
            cells.putAll(
                    Simulation.cells(e, await(store.totals(generation, e.id)).totals()));
        }
        cells.keySet().removeIf(key -> !key.contains("/all/") && !key.contains("/clean/"));
        cells.values().removeIf(value -> value.equals("0 users 0 times") || value.startsWith("0 0 "));
        return cells;
    }

    /** Everything received until then is counted; 0 if that is not known. */
    long asOf() {
        var asOf = await(store.totals(generation, "")).asOf();
        return asOf == null ? 0 : asOf.toEpochMilli();
    }

    long count(String query) {
        try (var rows = connection.createStatement().executeQuery("select count(*) from " + query)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static <T> T await(io.vertx.core.Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws SQLException {
        await(store.close());
        connection.close();
    }
}
