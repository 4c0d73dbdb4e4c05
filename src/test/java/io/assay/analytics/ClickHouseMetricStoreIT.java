package io.assay.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.ClickHouseServer;
import io.assay.testkit.Eventually;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ClickHouseMetricStoreIT extends MetricStoreContract {
    private static final Vertx VERTX = Vertx.vertx();
    private static JsonObject section;
    private static MetricStore store;

    @BeforeAll
    static void migrate() {
        section = ClickHouseServer.shared().newDatabase();
        store = MetricStores.create(VERTX, new JsonObject().put("analytics", section));
        await(store.migrate());
        await(store.migrate());
    }

    @AfterAll
    static void close() {
        await(store.close());
        await(VERTX.close());
    }

    @Override
    MetricStore store() {
        return store;
    }

    @Override
    long rawCount(int topic) {
        awaitMutations();
        return count("exposures_raw", topic) + count("goals_raw", topic) + count("dead_letter", topic);
    }

    /** Without FINAL: a row that has been replaced is on the disk all the same. */
    @Override
    long firstExposureCount(int topic) {
        awaitMutations();
        return Long.parseLong(ask("SELECT count() FROM %s.first_exposure WHERE topic = " + topic));
    }

    /** What is erased goes in the background. */
    private static void awaitMutations() {
        try {
            Eventually.within(Duration.ofSeconds(20), () -> assertThat(
                            ask("SELECT count() FROM system.mutations WHERE is_done = 0 AND database = '%s'"))
                    .isEqualTo("0"));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static long count(String table, int topic) {
        return Long.parseLong(ask("SELECT count() FROM %s." + table + " FINAL WHERE topic = " + topic));
    }

    /** ClickHouse drops older rows when it merges: it and those who read have to agree on which is the newest. */
    @Test
    void aMergeKeepsTheNewestRowToo() {
        ask("OPTIMIZE TABLE %s.aggregate FINAL");
        var before = newestAfterAReplay();
        ask("OPTIMIZE TABLE %s.aggregate FINAL");
        assertThat(read()).isEqualTo(before);
    }

    private static String ask(String sql) {
        return ClickHouseServer.shared().ask(sql.formatted(section.getString("database")));
    }
}
