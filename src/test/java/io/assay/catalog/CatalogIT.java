package io.assay.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.embedded.SharedServers;
import io.assay.engine.Slots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CatalogIT {
    private static final JsonObject CONFIG = new JsonObject().put("postgres", SharedServers.newDatabase());
    private static final Vertx vertx = Vertx.vertx();
    private static final Catalog catalog = Catalog.create(vertx, CONFIG);

    @BeforeAll
    static void migrate() {
        Catalog other = Catalog.create(vertx, CONFIG);
        Future.all(catalog.migrate(), other.migrate()).await();
        other.close().await();
    }

    @AfterAll
    static void close() {
        catalog.close().await();
        vertx.close().await();
    }

    @Test
    void aDraftBecomesServedAtItsLaunch() {
        Versions before = catalog.versions().await();
        StoredExperiment draft = catalog.experiments()
                .create(
                        ExperimentJson.object(
                                """
                {"key":"a","variants":[{"key":"control","allocation":50},{"key":"b","allocation":50,"config":{"x":1.50}}],
                 "metrics":["signup","revenue_30d"],"targeting":{"platforms":["web"],"rules":[{"attribute":"age","op":"gte","values":[18]}]}}"""),
                        "test")
                .await();
        assertThat(catalog.versions().await()).isEqualTo(before);
        StoredExperiment active = catalog.experiments()
                .patch(draft.id(), Map.of("status", "active"), Revision.ANY, "test")
                .await();
        assertThat(active.slots()).isEqualTo(Slots.ALL);
        assertThat(catalog.versions().await().config()).isEqualTo(before.config() + 1);
        assertThat(catalog.load().await().snapshot().experiments()).containsExactly(Served.experiment(active));
        assertThat(catalog.find("a").await()).contains(active);
        assertThat(catalog.measured().await().experiments().get(0).metrics())
                .containsExactly(
                        new Metric("signup", "signup", Metric.Kind.CONVERSION, null),
                        new Metric("revenue_30d", "purchase", Metric.Kind.SUM, 30 * 86_400_000L));
    }
}
