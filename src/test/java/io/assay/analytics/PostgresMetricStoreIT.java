package io.assay.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assay.embedded.SharedServers;
import io.assay.testkit.Eventually;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresMetricStoreIT extends MetricStoreContract {
    private static final Vertx VERTX = Vertx.vertx();
    private static JsonObject section;
    private static MetricStore store;

    private MetricStore underTest = store;

    @BeforeAll
    static void migrate() throws Exception {
        section = SharedServers.newDatabase();
        var postgres = PostgresMetricStore.create(VERTX, new JsonObject().put("analytics", section));
        await(postgres.migrate());
        await(postgres.migrate());
        // the first connection of all may take longer than a pool waits for one
        Eventually.within(Duration.ofSeconds(30), () -> await(postgres.watermarks(1)));
        store = postgres;
    }

    @AfterAll
    static void close() {
        await(store.close());
        await(VERTX.close());
    }

    @Override
    MetricStore store() {
        return underTest;
    }

    @Override
    long rawCount(int topic) {
        return count(
                """
                select (select count(*) from analytics.exposures_raw where topic = %1$d)
                     + (select count(*) from analytics.goals_raw where topic = %1$d)
                     + (select count(*) from analytics.dead_letter where topic = %1$d)"""
                        .formatted(topic));
    }

    @Override
    long firstExposureCount(int topic) {
        return count("select count(*) from analytics.first_exposure where topic = " + topic);
    }

    private static long count(String sql) {
        try (var connection = SharedServers.connect(section);
                var rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRowAtFaultIsToldFromAStoreInTrouble() {
        int topic = await(store.register("exposures", "with a row at fault"));
        var row = new Batch.RawExposure(new Position(topic, 0, 1), "no\0text", "id", "e", "B", 5, 6);
        var batch = Batch.ofRaw(List.of(row), List.of());
        assertThatThrownBy(() -> await(store.store(batch)))
                .hasRootCauseInstanceOf(PgException.class)
                .hasStackTraceContaining(RefusedRowsException.class.getName());
        var nowhere = Batch.ofTotals(
                List.of(new Batch.AggregateRow(
                        new Position(-1, 0, 1), 1, "e", 0, Batch.Progress.UNKNOWN, ExperimentTotals.NONE)),
                List.of());
        assertThatThrownBy(() -> await(store.store(nowhere)))
                .hasRootCauseInstanceOf(PgException.class)
                .satisfies(e -> assertThat(e).hasStackTraceContaining("foreign key"));
    }

    @Test
    void rowsOnTheirWayAreThereWhenTheyAreErased() throws Exception {
        int topic = await(store.register("exposures", "with rows on their way"));
        var erasure = new Batch.Erasure(new Position(topic, 0, 2), "gone", 1);
        Future<Void> erased;
        try (var connection = SharedServers.connect(section);
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select pg_advisory_xact_lock_shared(" + PostgresErasures.LOCK + ")");
            statement.execute(
                    """
                    insert into analytics.exposures_raw
                    values (%d, 0, 1, 'gone', 'id', 'e', 'B', 5, 6)"""
                            .formatted(topic));
            erased = store.store(Batch.ofErasures(List.of(erasure)));
            Eventually.within(Duration.ofSeconds(10), () -> assertThat(
                            count("select count(*) from pg_locks where locktype = 'advisory' and not granted"))
                    .isEqualTo(1));
            connection.commit();
        }
        await(erased);
        assertThat(rawCount(topic)).isZero();
    }

    @Test
    void withoutTheGuardAReplayWouldWin() {
        underTest = new PostgresMetricStore(VERTX, new JsonObject().put("analytics", section)) {
            @Override
            protected String guard() {
                return "";
            }
        };
        var withoutGuard = newestAfterAReplay();
        await(underTest.close());
        underTest = store;
        assertThat(withoutGuard).isNotEqualTo(newestAfterAReplay());
    }
}
