package io.assay.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.embedded.SharedServers;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresMetricStoreIT extends MetricStoreContract {
    private static final Vertx VERTX = Vertx.vertx();
    private static JsonObject section;
    private static MetricStore store;

    private MetricStore underTest = store;

    @BeforeAll
    static void migrate() {
        section = SharedServers.newDatabase();
        var postgres = PostgresMetricStore.create(VERTX, new JsonObject().put("analytics", section));
        await(postgres.migrate());
        await(postgres.migrate());
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
        var sql =
                """
                select (select count(*) from analytics.exposures_raw where topic = %1$d)
                     + (select count(*) from analytics.goals_raw where topic = %1$d)
                     + (select count(*) from analytics.dead_letter where topic = %1$d)""";
        try (var connection = SharedServers.connect(section);
                var rows = connection.createStatement().executeQuery(sql.formatted(topic))) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
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
