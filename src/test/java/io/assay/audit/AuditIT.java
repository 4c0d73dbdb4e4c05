package io.assay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.Batch;
import io.assay.analytics.Batch.Progress;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.MetricTotals;
import io.assay.analytics.Position;
import io.assay.analytics.PostgresMetricStore;
import io.assay.analytics.VariantTotals;
import io.assay.catalog.Catalog;
import io.assay.catalog.Revision;
import io.assay.embedded.EmbeddedServers.Kind;
import io.assay.embedded.SharedServers;
import io.assay.platform.HttpService;
import io.assay.platform.Meters;
import io.assay.platform.Topics;
import io.assay.snapshot.KeyRing;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.assay.testkit.Eventually;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Audits over HTTP, of totals and raw records as the sink would have stored them. */
class AuditIT {
    private static final long HOUR = 3_600_000;
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Vertx VERTX = Vertx.vertx();
    private static final int ALL_PARTITIONS = 8;
    private static final String EXPOSURES = "audited-exposures";
    private static final String EVENTS = "audited-events";
    private static final JsonObject CONFIG = config();
    private static final Catalog CATALOG = Catalog.create(VERTX, CONFIG);
    private static final PostgresMetricStore STORE = PostgresMetricStore.create(VERTX, CONFIG);
    private static final AtomicInteger PARTITIONS = new AtomicInteger();
    private static int topic;

    private final long now = System.currentTimeMillis();
    private final int partition = PARTITIONS.incrementAndGet();
    private int offset;

    private static JsonObject config() {
        JsonObject postgres = SharedServers.newDatabase();
        return new JsonObject()
                .put("postgres", postgres)
                .put("analytics", postgres.copy())
                .put("http", new JsonObject().put("basePort", 0))
                .put("portOffset", 6)
                .put("kafka", SharedServers.with(Kind.KAFKA).endpoints().getJsonObject("kafka"))
                .put("topics", new JsonObject().put("exposures", EXPOSURES).put("events", EVENTS))
                .put("audit", new JsonObject().put("settleMillis", 20));
    }

    @BeforeAll
    static void starts() {
        CATALOG.migrate().await();
        STORE.migrate().await();
        topic = STORE.register("all", "1").await();
        kafka(admin -> admin.createTopics(List.of(
                        new NewTopic(EXPOSURES, ALL_PARTITIONS, (short) 1),
                        new NewTopic(EVENTS, ALL_PARTITIONS, (short) 1)))
                .all());
        reported(1, ALL_PARTITIONS);
        SnapshotFeed feed = SnapshotFeed.fixed(KeyRing.of(Map.of("admin", Scope.ADMIN, "read", Scope.READ)));
        DeploymentOptions options =
                new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER).setConfig(CONFIG);
        VERTX.deployVerticle(new AuditVerticle(feed, Clock.systemUTC()), options)
                .await();
    }

    @AfterAll
    static void stops() {
        CATALOG.close().await();
        STORE.close().await();
        VERTX.close().await();
    }

    @Test
    void totalsThatAreWhatTheQueryGivesBelowTheirOffsetsAreEqual() throws Exception {
        String id = launched("right", "\"metrics\": [\"buy\"]");
        records(id);
        totals(id, 2);
        // after the offsets of the totals, and of a user who has nothing to do with it
        store(exposure(id, "late", "control"), goal(id + "a", 5));
        JsonObject report = audited(id, "");
        assertThat(report.getString("state")).as(report.encode()).isEqualTo("done");
        assertThat(report.getBoolean("equal")).as(report.encode()).isTrue();
        assertThat(report.getInteger("generation")).isEqualTo(1);
        assertThat(report.getJsonArray("partitions")).hasSize(ALL_PARTITIONS);
        assertThat(report.getJsonArray("partitions").getJsonObject(partition).getLong("exposures"))
                .isEqualTo(4);
        assertThat(audited("right", "").getInteger("audit")).isGreaterThan(report.getInteger("audit"));
    }

    @Test
    void everyNumberThatDiffersIsNamedAndRaisesTheGauge() throws Exception {
        String id = launched("wrong", "\"metrics\": [\"buy\"]");
        records(id);
        totals(id, 3);
        JsonObject report = audited(id, "");
        assertThat(report.getBoolean("equal")).isFalse();
        assertThat(report.getInteger("differing")).isEqualTo(2);
        assertThat(report.getJsonArray("differences").stream().map(difference -> ((JsonObject) difference).encode()))
                .containsExactly(difference("all/control/exposures"), difference("clean/control/exposures"));
        assertThat(Meters.registry().get("assay.audit.differences").gauge().value())
                .isEqualTo(2);
        totals(id, 2);
        assertThat(audited(id, "").getBoolean("equal")).isTrue();
        assertThat(Meters.registry().get("assay.audit.differences").gauge().value())
                .isZero();
    }

    @Test
    void anExperimentWithoutMetricsIsAuditedToo() throws Exception {
        String id = launched("bare", "\"metrics\": []");
        records(id);
        totals(id, Map.of(), 1);
        assertThat(audited(id, "").getInteger("differing")).isEqualTo(2);
        totals(id, Map.of(), 2);
        assertThat(audited(id, "").getBoolean("equal")).isTrue();
    }

    @Test
    void nothingIsComparedWithARawLogThatIsBehindTheTotals() throws Exception {
        String id = launched("ahead", "\"metrics\": [\"buy\"]");
        totals(id, 2);
        carried(4, 3);
        JsonObject report = audited(id, "");
        assertThat(report.getString("state")).as(report.encode()).isEqualTo("failed");
        assertThat(report.getString("failure")).contains("behind the totals in partitions [" + partition + "]");
        records(id);
        assertThat(audited(id, "").getBoolean("equal")).isTrue();
    }

    @Test
    void countsThatNotAllPartitionsHaveReportedCannotBeAudited() throws Exception {
        String id = launched("young", "");
        int building = CATALOG.measurement().begin("test").await().building();
        assertThat(audited(id, "?generation=building").getString("failure")).contains("yet: 0");
        reported(building, ALL_PARTITIONS - 1);
        JsonObject report = audited(id, "?generation=building");
        assertThat(report.getString("failure")).contains("yet: 7 of 8");
        assertThat(report.getValue("equal")).isNull();
        CATALOG.measurement().giveUp(building, "test").await();
    }

    @Test
    void totalsThatDoNotSayOfWhichLogTheyAreCannotBeAudited() throws Exception {
        String id = launched("old", "");
        STORE.store(Batch.ofTotals(
                        List.of(new Batch.AggregateRow(
                                at(),
                                1,
                                id,
                                70,
                                Progress.UNKNOWN,
                                new ExperimentTotals(Map.of(), Map.of(), 0, 0, Map.of()))),
                        List.of()))
                .await();
        JsonObject report = audited(id, "");
        assertThat(report.getString("state")).isEqualTo("failed");
        assertThat(report.getValue("equal")).isNull();
        assertThat(report.getString("failure")).contains("partition 70");
    }

    @Test
    void whoMayNotAndWhatIsNotThereIsRefused() throws Exception {
        assertThat(send("POST", "/experiments/none/audit", "admin").statusCode())
                .isEqualTo(404);
        assertThat(send("GET", "/experiments/none/audit", "admin").statusCode()).isEqualTo(404);
        assertThat(send("POST", "/experiments/none/audit", "read").statusCode()).isEqualTo(403);
        String id = launched("refused", "");
        assertThat(send("GET", "/experiments/" + id + "/audit", "admin").statusCode())
                .isEqualTo(404);
        assertThat(send("POST", "/experiments/" + id + "/audit?generation=building", "admin")
                        .statusCode())
                .isEqualTo(409);
        assertThat(send("POST", "/experiments/" + id + "/audit?generation=7", "admin")
                        .statusCode())
                .isEqualTo(400);
    }

    private String difference(String cell) {
        return new JsonObject()
                .put("partition", partition)
                .put("cell", cell)
                .put("expected", "2")
                .put("served", "3")
                .encode();
    }

    private static String launched(String key, String metrics) {
        Map<String, Object> body = new LinkedHashMap<>(Map.of(
                "key", key, "variants", List.of(variant("control"), variant("blue")), "start", "2020-01-01T00:00:00Z"));
        if (!metrics.isEmpty()) {
            body.put("metrics", metrics.contains("buy") ? List.of("buy") : List.of());
        }
        String id = CATALOG.experiments().create(body, "test").await().id();
        CATALOG.experiments()
                .patch(id, Map.of("status", "active"), Revision.ANY, "test")
                .await();
        return id;
    }

    private static Map<String, Object> variant(String key) {
        return Map.of("key", key, "allocation", new BigDecimal(50));
    }

    /** Two users in control, one of whom buys for 2 and 3, and one in blue who buys before. */
    private void records(String id) {
        offset = 0;
        store(exposure(id, id + "a", "control"), exposure(id, id + "b", "control"));
        store(exposure(id, id + "c", "blue"), exposure(id, id + "a", "control"));
        offset = 0;
        STORE.store(Batch.ofRaw(
                        List.of(),
                        List.of(goal(id + "a", 2), goal(id + "a", 3), goal("elsewhere", 7), goal(id + "c", -2 * HOUR))))
                .await();
        offset = 100;
        carried(4, 4);
    }

    /** The sink has stored what lies below these offsets. */
    private void carried(long exposures, long events) {
        kafka(admin -> admin.alterConsumerGroupOffsets(
                        "assay-sink-1",
                        Map.of(
                                new TopicPartition(EXPOSURES, partition), new OffsetAndMetadata(exposures),
                                new TopicPartition(EVENTS, partition), new OffsetAndMetadata(events)))
                .all());
    }

    private static void kafka(Function<Admin, KafkaFuture<Void>> work) {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", Topics.from(CONFIG).bootstrap()))) {
            work.apply(admin).get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /** So many partitions have reported that they have counted nothing yet. */
    private static void reported(int generation, int partitions) {
        List<Batch.Watermark> marks = IntStream.range(0, partitions)
                .mapToObj(partition ->
                        new Batch.Watermark(at(), generation, partition, ALL_PARTITIONS, 1, 0, new Progress(0, 0, 1)))
                .toList();
        STORE.store(Batch.ofTotals(List.of(), marks)).await();
    }

    private void totals(String id, long users) {
        var bought = new MetricTotals(1, 2, BigInteger.valueOf(5), BigInteger.valueOf(25));
        totals(id, Map.of("buy", bought), users);
    }

    private void totals(String id, Map<String, MetricTotals> metrics, long users) {
        var variants =
                Map.of("control", new VariantTotals(users, 2, metrics), "blue", new VariantTotals(1, 1, Map.of()));
        var totals = new ExperimentTotals(variants, variants, 0, 0, Map.of());
        var row = new Batch.AggregateRow(at(), 1, id, partition, new Progress(4, 4, now), totals);
        STORE.store(Batch.ofTotals(List.of(row), List.of())).await();
    }

    private static Position at() {
        return new Position(topic, 0, System.nanoTime());
    }

    private void store(Object... rows) {
        STORE.store(Batch.ofRaw(
                        List.of(rows).stream()
                                .filter(Batch.RawExposure.class::isInstance)
                                .map(Batch.RawExposure.class::cast)
                                .toList(),
                        List.of(rows).stream()
                                .filter(Batch.RawGoal.class::isInstance)
                                .map(Batch.RawGoal.class::cast)
                                .toList()))
                .await();
    }

    private Batch.RawExposure exposure(String experiment, String user, String variant) {
        var at = new Position(topic, partition, offset++);
        return new Batch.RawExposure(at, user, "x" + offset, experiment, variant, now - HOUR, now);
    }

    /** So many millionths an hour later; less than nothing is so many milliseconds earlier. */
    private Batch.RawGoal goal(String user, long value) {
        var at = new Position(topic, partition, offset++);
        return new Batch.RawGoal(
                at, user, "g" + offset, "buy", Math.max(0, value), now + Math.min(0, value), now, null);
    }

    private static JsonObject audited(String name, String query) throws Exception {
        String path = "/experiments/" + name + "/audit";
        HttpResponse<String> begun = send("POST", path + query, "admin");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        Eventually.within(
                Duration.ofSeconds(20),
                () -> assertThat(send("GET", path, "admin").body()).doesNotContain("\"running\""));
        return new JsonObject(send("GET", path, "admin").body());
    }

    private static HttpResponse<String> send(String method, String path, String key) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + HttpService.port(VERTX, "audit") + path))
                .header("X-API-Key", key)
                .method(method, BodyPublishers.noBody())
                .build();
        return HTTP.send(request, BodyHandlers.ofString());
    }
}
