package io.assay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.Batch;
import io.assay.analytics.Batch.Progress;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.Position;
import io.assay.analytics.PostgresMetricStore;
import io.assay.analytics.VariantTotals;
import io.assay.embedded.SharedServers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The routes of a rebuild, over totals as the sink would have stored them. */
class RebuildIT {
    private static final long NOW = 1_780_000_000_000L;

    private final JsonObject database = SharedServers.newDatabase();
    private final AdminServer server = new AdminServer(database, new JsonObject().put("analytics", database.copy()));
    private final PostgresMetricStore store =
            PostgresMetricStore.create(server.vertx, new JsonObject().put("analytics", database));
    private int topic;
    private int offset;

    @BeforeEach
    void counts() {
        store.migrate().await();
        topic = store.register("aggregates", "1").await();
    }

    @AfterEach
    void stop() {
        store.close().await();
        server.close();
    }

    @Test
    void whatIsBuiltTakesThePlaceOfWhatIsServedOnceBothSayTheSame() {
        String id = server.launched("e", "").json().getString("experiment_id");
        mark(1, 500, NOW);
        row(1, id, 400, 7);
        assertThat(server.get("/rebuild").json().getValue("building")).isNull();
        assertThat(server.post("/rebuild/flip", "").code()).isEqualTo("not_rebuilding");

        JsonObject begun = server.post("/rebuild", "").json();
        assertThat(begun.getInteger("served")).isEqualTo(1);
        assertThat(begun.getInteger("building")).isEqualTo(2);
        assertThat(server.post("/rebuild", "").code()).isEqualTo("rebuilding");
        assertThat(server.post("/rebuild/flip", "").code()).isEqualTo("not_caught_up");

        mark(2, 300, NOW - 60_000);
        JsonObject behind = server.get("/rebuild").json();
        assertThat(behind.getBoolean("caught_up")).isFalse();
        assertThat(behind.getJsonArray("partitions"))
                .isEqualTo(new JsonArray("[{\"partition\":0,\"records\":500,\"counted\":300,\"lag_seconds\":60}]"));
        mark(2, 500, NOW);
        row(2, id, 450, 7);
        JsonObject done = server.get("/rebuild?compare=true").json();
        assertThat(done.getBoolean("caught_up")).isTrue();
        assertThat(done.getJsonObject("comparison"))
                .isEqualTo(new JsonObject("{\"equal\":1,\"different\":[],\"moving\":[]}"));
        JsonObject flipped = server.post("/rebuild/flip", "").json();
        assertThat(flipped.getInteger("served")).isEqualTo(2);
        assertThat(flipped.getValue("building")).isNull();
        assertThat(server.column("select action from audit where kind = 'measurement' order by id"))
                .containsExactly("begin", "flip");
    }

    @Test
    void aDifferenceIsServedOnlyIfItIsAccepted() {
        String id = server.launched("e", "").json().getString("experiment_id");
        server.post("/rebuild", "");
        mark(1, 500, NOW);
        mark(2, 500, NOW);
        row(1, id, 400, 7);
        row(2, id, 400, 8);
        JsonObject refused = server.post("/rebuild/flip", "").json();
        assertThat(refused.getString("code")).isEqualTo("differences");
        JsonObject different = refused.getJsonArray("different").getJsonObject(0);
        assertThat(different.getString("key")).isEqualTo("e");
        assertThat(different.getJsonArray("cells").getJsonObject(0))
                .isEqualTo(new JsonObject("{\"cell\":\"all/control/exposures\",\"served\":\"7\",\"built\":\"8\"}"));
        assertThat(server.get("/rebuild").json().getInteger("served")).isEqualTo(1);
        assertThat(server.post("/rebuild/flip?accept=differences", "").json().getInteger("served"))
                .isEqualTo(2);
    }

    @Test
    void ofDifferentPartsOfTheLogItIsNotSaidThatTheyDiffer() {
        String id = server.launched("e", "").json().getString("experiment_id");
        server.post("/rebuild", "");
        mark(1, 500, NOW);
        mark(2, 501, NOW);
        row(1, id, 400, 7);
        row(2, id, 501, 8);
        assertThat(server.get("/rebuild?compare=true").json().getJsonObject("comparison"))
                .isEqualTo(new JsonObject()
                        .put("equal", 0)
                        .put("different", new JsonArray())
                        .put("moving", new JsonArray().add(id)));
        JsonObject refused = server.post("/rebuild/flip", "").json();
        assertThat(refused.getString("code")).isEqualTo("moving");
        assertThat(refused.getJsonArray("moving")).containsExactly(id);
        assertThat(server.post("/rebuild/flip?accept=differences", "").code()).isEqualTo("moving");
        assertThat(server.post("/rebuild/flip?accept=moving", "").status()).isEqualTo(200);
    }

    @Test
    void aNumberIsNeverUsedTwice() {
        server.post("/rebuild", "");
        assertThat(server.delete("/rebuild").status()).isEqualTo(204);
        assertThat(server.delete("/rebuild").code()).isEqualTo("not_rebuilding");
        assertThat(server.post("/rebuild", "").json().getInteger("building")).isEqualTo(3);
        assertThat(server.catalog.measurement().generations().await().retired()).containsExactly(2);
    }

    private void mark(int generation, long records, long received) {
        var progress = new Progress(records - 100, 100, received);
        store.store(Batch.ofTotals(
                        List.of(),
                        List.of(new Batch.Watermark(
                                new Position(topic, 0, ++offset), generation, 0, 1, received, 0, progress))))
                .await();
    }

    private void row(int generation, String id, long records, long users) {
        var variants = Map.of("control", new VariantTotals(users, users, Map.of()));
        var totals = new ExperimentTotals(variants, Map.of(), 0, 0, Map.of("too_old", (long) generation));
        var progress = new Progress(records - 100, 100, NOW);
        var row = new Batch.AggregateRow(new Position(topic, 0, ++offset), generation, id, 0, progress, totals);
        store.store(Batch.ofTotals(List.of(row), List.of())).await();
    }
}
