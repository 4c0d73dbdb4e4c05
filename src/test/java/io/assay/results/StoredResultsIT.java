package io.assay.results;

import static io.assay.embedded.EmbeddedServers.Kind.POSTGRES;
import static io.assay.embedded.EmbeddedServers.Kind.REDIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.Batch;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.MetricTotals;
import io.assay.analytics.Position;
import io.assay.analytics.PostgresMetricStore;
import io.assay.analytics.VariantTotals;
import io.assay.catalog.Catalog;
import io.assay.catalog.Revision;
import io.assay.catalog.StoredExperiment;
import io.assay.catalog.VariantDefinition;
import io.assay.embedded.SharedServers;
import io.assay.platform.HttpService;
import io.assay.snapshot.KeyRing;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Results of experiments in a real catalog from totals in a real store. */
class StoredResultsIT {
    private static final int GENERATION = 3;
    private static final Vertx vertx = Vertx.vertx();
    private static final HttpClient http = HttpClient.newHttpClient();
    private static final JsonObject config = new JsonObject()
            .put("portOffset", 5)
            .put("http", new JsonObject().put("basePort", 0))
            .put("postgres", SharedServers.newDatabase())
            .put("analytics", SharedServers.newDatabase())
            .put("redis", SharedServers.with(POSTGRES, REDIS).endpoints().getJsonObject("redis"))
            .put("metrics", new JsonObject().put("generation", GENERATION));
    private static final Catalog catalog = Catalog.create(vertx, config);
    private static final PostgresMetricStore store = PostgresMetricStore.create(vertx, config);

    @BeforeAll
    static void deploy() {
        catalog.migrate().await();
        store.migrate().await();
        SnapshotFeed feed = SnapshotFeed.fixed(KeyRing.of(Map.of("read-key", Scope.READ)));
        vertx.deployVerticle(new ResultsVerticle(feed, null), new DeploymentOptions().setConfig(config))
                .await();
    }

    @AfterAll
    static void close() {
        store.close().await();
        catalog.close().await();
        vertx.close().await();
    }

    private static StoredExperiment draft(String key) {
        Map<String, ?> control = Map.of("key", "control", "allocation", new BigDecimal("50"));
        Map<String, ?> treatment = Map.of("key", "treatment_a", "allocation", new BigDecimal("50"));
        return catalog.experiments()
                .create(
                        Map.of(
                                "key", key,
                                "variants", List.of(control, treatment),
                                "metrics", List.of("signup_conversion", "revenue_30d")),
                        "test")
                .await();
    }

    private static JsonObject results(String name) throws Exception {
        return get(name + "/results");
    }

    private static JsonObject get(String path) throws Exception {
        String address = "http://127.0.0.1:" + HttpService.port(vertx, "results") + "/experiments/" + path;
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .header("X-API-Key", "read-key")
                .header("Cache-Control", "no-cache")
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }

    private static VariantTotals oneBuyer(long micros) {
        BigInteger sum = BigInteger.valueOf(micros);
        return new VariantTotals(
                1,
                2,
                Map.of(
                        "signup_conversion", new MetricTotals(1, 1, BigInteger.ZERO, BigInteger.ZERO),
                        "revenue_30d", new MetricTotals(1, 1, sum, sum.multiply(sum))));
    }

    @Test
    void totalsOfAllPartitionsAreSummed() throws Exception {
        StoredExperiment experiment = draft("summed");
        catalog.experiments()
                .patch(experiment.id(), Map.of("status", "active"), Revision.ANY, "test")
                .await();
        int topic = store.register("aggregates", "made-for-this-test").await();
        List<Batch.AggregateRow> rows = new ArrayList<>();
        List<Batch.Watermark> watermarks = new ArrayList<>();
        long received = System.currentTimeMillis();
        var progress = new Batch.Progress(1, 1, received);
        for (int partition = 0; partition < 2; partition++) {
            VariantTotals treatment = oneBuyer(49_990_000);
            ExperimentTotals totals = new ExperimentTotals(
                    Map.of("treatment_a", treatment), Map.of("treatment_a", treatment), 0, 0, Map.of("too_old", 1L));
            Position at = new Position(topic, partition, 7);
            rows.add(new Batch.AggregateRow(at, GENERATION, experiment.id(), partition, progress, totals));
            watermarks.add(new Batch.Watermark(
                    new Position(topic, partition, 8), GENERATION, partition, 2, received, received - 1, progress));
        }
        store.store(Batch.ofTotals(rows, watermarks)).await();

        JsonObject results = results("summed");
        assertThat(results.getString("status")).isEqualTo("active");
        assertThat(results.getBoolean("final")).isFalse();
        assertThat(results.getInteger("lag_seconds")).isBetween(0, 60);
        JsonObject treatment = results.getJsonArray("variants").getJsonObject(1);
        assertThat(treatment.getLong("exposures")).isEqualTo(2);
        JsonObject revenue = treatment.getJsonObject("metrics").getJsonObject("revenue_30d");
        assertThat(revenue.encode())
                .isEqualTo("{\"conversions\":2,\"events\":2,\"rate\":1.0,\"sum\":99.98,"
                        + "\"sum_of_squares\":4998.0002,\"mean_per_user\":49.99}");
        assertThat(results.getJsonObject("quality").getJsonObject("discarded").getInteger("too_old"))
                .isEqualTo(2);
    }

    private static void totals(String id, Position at, Instant received, long users) {
        VariantTotals control = new VariantTotals(users, users, Map.of());
        ExperimentTotals totals = new ExperimentTotals(Map.of("control", control), Map.of(), 0, 0, Map.of());
        Batch.Progress progress = new Batch.Progress(at.offset(), at.offset(), received.toEpochMilli());
        store.store(Batch.ofTotals(
                        List.of(new Batch.AggregateRow(at, GENERATION, id, at.partition(), progress, totals)),
                        List.of(new Batch.Watermark(
                                at, GENERATION, at.partition(), 2, received.toEpochMilli(), 0, progress))))
                .await();
    }

    @Test
    void theSeriesIsWhatStoodAtEachMidnight() throws Exception {
        String id = draft("daily").id();
        int topic = store.register("aggregates", "made-for-the-series").await();
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Instant today = now.truncatedTo(ChronoUnit.DAYS);
        totals(id, new Position(topic, 0, 1), today.minusSeconds(86_401), 2);
        totals(id, new Position(topic, 1, 1), today.minusSeconds(1), 1);
        totals(id, new Position(topic, 0, 2), now, 5);
        totals(id, new Position(topic, 1, 2), now, 1);

        JsonArray series = get("daily/results/series").getJsonArray("series");
        assertThat(series.stream()
                        .map(JsonObject.class::cast)
                        .map(point -> point.getInstant("at") + " "
                                + point.getJsonArray("variants")
                                        .getJsonObject(0)
                                        .getLong("exposures")))
                .containsExactly(today.minusSeconds(86_400) + " 2", today + " 3", now + " 6");
    }

    private static StoredExperiment threeArms(String key, Instant start) {
        List<Map<String, Object>> variants = new ArrayList<>();
        Map.of("control", 40, "a", 30, "b", 30)
                .forEach((variant, allocation) ->
                        variants.add(Map.of("key", variant, "allocation", BigDecimal.valueOf(allocation))));
        StoredExperiment draft = catalog.experiments()
                .create(Map.of("key", key, "start", start.toString(), "variants", variants), "test")
                .await();
        return patch(draft.id(), Map.of("status", "active", "overrides", Map.of("qa", "b")));
    }

    private static StoredExperiment patch(String id, Map<String, ?> body) {
        return catalog.experiments().patch(id, body, Revision.ANY, "test").await();
    }

    private static void drop(StoredExperiment experiment, String dropped) {
        List<Map<String, Object>> variants = new ArrayList<>();
        for (VariantDefinition variant : experiment.definition().variants()) {
            Map<String, Object> asked =
                    new HashMap<>(Map.of("key", variant.key(), "allocation", BigDecimal.valueOf(variant.buckets(), 2)));
            asked.put("dropped", variant.key().equals(dropped));
            variants.add(asked);
        }
        patch(experiment.id(), Map.of("variants", variants));
    }

    private static void firstExposures(String experimentId, String variant, int users, Instant at) {
        int topic = store.register("assignments", "made-for-this-test").await();
        List<Batch.FirstExposure> rows = new ArrayList<>();
        for (int i = 0; i < users; i++) {
            String user = users == 1 ? "qa" : variant + " " + i + " at " + at;
            rows.add(new Batch.FirstExposure(
                    new Position(topic, 0, i), GENERATION, experimentId, user, variant, at.toEpochMilli()));
        }
        store.store(Batch.ofFirstExposures(rows)).await();
    }

    @Test
    void theSampleRatioIsThatOfTheArmsBeforeAndAfterADrop() throws Exception {
        Instant start = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(2, ChronoUnit.DAYS);
        StoredExperiment experiment = threeArms("dropping", start);
        patch(experiment.id(), Map.of("overrides", Collections.singletonMap("qa", null)));
        drop(experiment, "b");
        Instant before = start.plusSeconds(3600);
        Instant after = Instant.now().plusSeconds(5);
        Map.of("control", 40, "a", 30, "b", 30)
                .forEach((variant, users) -> firstExposures(experiment.id(), variant, users, before));
        Map.of("control", 400, "a", 300, "b", 7)
                .forEach((variant, users) -> firstExposures(experiment.id(), variant, users, after));
        firstExposures(experiment.id(), "b", 1, before);

        JsonObject ratio =
                get("dropping/results?diagnostics=1").getJsonObject("quality").getJsonObject("sample_ratio");
        assertThat(ratio.getDouble("p_value")).isEqualTo(1);
        assertThat(ratio.getInteger("degrees_of_freedom")).isEqualTo(3);
        JsonObject first = ratio.getJsonArray("periods").getJsonObject(0);
        JsonObject second = ratio.getJsonArray("periods").getJsonObject(1);
        assertThat(first.getInstant("from")).isEqualTo(start);
        assertThat(first.getJsonObject("variants").getJsonObject("b").encode())
                .as("without the one who once had an override")
                .isEqualTo("{\"first_exposures\":30,\"expected\":30}");
        assertThat(second.getInstant("from"))
                .isEqualTo(first.getInstant("to").plusSeconds(60))
                .isBetween(Instant.now().minusSeconds(30), after);
        assertThat(second.getJsonObject("variants").fieldNames()).containsExactlyInAnyOrder("control", "a");
    }

    @Test
    void aDraftHasZerosAndNoTimeYet() throws Exception {
        draft("fresh");
        JsonObject results = results("fresh");

        assertThat(results.getString("status")).isEqualTo("draft");
        assertThat(results.getBoolean("final")).isFalse();
        assertThat(results.getJsonArray("variants")).hasSize(2);
        assertThat(results.getJsonArray("variants").getJsonObject(0).getLong("exposures"))
                .isZero();
    }
}
