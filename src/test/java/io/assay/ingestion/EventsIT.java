package io.assay.ingestion;

import static io.assay.embedded.EmbeddedServers.Kind.KAFKA;
import static io.assay.embedded.EmbeddedServers.Kind.POSTGRES;
import static org.assertj.core.api.Assertions.assertThat;

import io.assay.catalog.Catalog;
import io.assay.catalog.Revision;
import io.assay.catalog.Status;
import io.assay.catalog.StoredExperiment;
import io.assay.embedded.EmbeddedServers;
import io.assay.embedded.SharedServers;
import io.assay.engine.Experiment;
import io.assay.engine.Layer;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Variant;
import io.assay.platform.ApiError;
import io.assay.platform.HttpService;
import io.assay.platform.Meters;
import io.assay.platform.Topics;
import io.assay.protocol.EventCodec;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import io.assay.snapshot.KeyRing;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.assay.testkit.Eventually;
import io.assay.testkit.RawHttp;
import io.assay.testkit.TopicRecords;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventsIT {
    private static final int PARTITIONS = 4;
    private static final Vertx vertx = Vertx.vertx();
    private static final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final EmbeddedServers servers = SharedServers.with(POSTGRES, KAFKA);
    private static final String name = "it" + System.nanoTime();
    private static final JsonObject config = config();
    private static final Catalog catalog = Catalog.create(vertx, config);
    private static String deployment;
    private static int port;

    private static JsonObject config() {
        JsonObject topics = new JsonObject();
        for (String topic : List.of("exposures", "events", "aggregates", "assignments", "deadLetter")) {
            topics.put(topic, name + "-" + topic);
        }
        return new JsonObject()
                .put("portOffset", 4)
                .put("http", new JsonObject().put("basePort", 0))
                .put("postgres", SharedServers.newDatabase())
                .put("kafka", servers.endpoints().getJsonObject("kafka").put("partitions", PARTITIONS))
                .put("topics", topics)
                .put("ingestion", knobs(20_000));
    }

    /** Longer than a busy machine holds up a broker; rates that nobody waits for. */
    private static JsonObject knobs(long patienceMillis) {
        return new JsonObject()
                .put("heartbeatMillis", 1000)
                .put("stallMillis", patienceMillis)
                .put("ackMillis", patienceMillis)
                .put("deliveryMillis", 20_000)
                .put("keyEventsPerSecond", 1)
                .put("keyBurstEvents", 20_000)
                .put("userEventsPerSecond", 1)
                .put("userBurstEvents", 1_100);
    }

    @BeforeAll
    static void deploy() throws Exception {
        catalog.migrate().await();
        create("button");
        launch("button");
        create("later");
        KeyRing keys = KeyRing.of(Map.of(
                "server-key",
                Scope.SERVER,
                "client-key",
                Scope.CLIENT,
                "admin-key",
                Scope.ADMIN,
                "read-key",
                Scope.READ));
        SnapshotFeed feed = SnapshotFeed.fixed(keys, new Snapshot(1, null, List.of(served())));
        deployment = vertx.deployVerticle(
                        () -> new IngestionVerticle(feed),
                        new DeploymentOptions().setInstances(2).setConfig(config))
                .await();
        port = HttpService.port(vertx, "ingestion");
        untilTaken(port, goal("warm", "w"));
    }

    @AfterAll
    static void undeploy() {
        vertx.undeploy(deployment).await();
        catalog.close().await();
        vertx.close().await();
    }

    /** What the node itself would give the users of the experiment. */
    private static Experiment served() {
        String id = found("button").orElseThrow().id();
        List<Variant> arms = List.of(Variant.of("control", 5_000), Variant.of("green", 5_000));
        return new Experiment(id, "button", "9f8e7d6c", new Layer("l", "3f2a9c1e"), Slots.ALL, arms, null, Map.of());
    }

    private static void create(String key) {
        Map<String, ?> control = Map.of("key", "control", "allocation", new BigDecimal(50));
        Map<String, ?> green = Map.of("key", "green", "allocation", new BigDecimal(50));
        Map<String, ?> body = Map.of("key", key, "variants", List.of(control, green), "metrics", List.of("signup"));
        patiently(() -> catalog.experiments().create(body, "test"), () -> found(key)
                .isPresent());
    }

    private static void launch(String key) {
        patiently(
                () -> catalog.experiments().patch(key, Map.of("status", "active"), Revision.ANY, "test"),
                () -> found(key).orElseThrow().status() == Status.ACTIVE);
    }

    private static Optional<StoredExperiment> found(String key) {
        for (int i = 0; ; i++) {
            try {
                return catalog.find(key).await();
            } catch (ApiError e) {
                if (e.status() != 503 || i == 9) {
                    throw e;
                }
            }
        }
    }

    /** A write of the catalog, which gives up after 2 s and then may or may not have been done. */
    private static void patiently(Supplier<Future<?>> write, BooleanSupplier done) {
        for (int i = 0; i < 10; i++) {
            try {
                write.get().await();
                return;
            } catch (ApiError e) {
                if (e.status() == 503 && i < 9 && !done.getAsBoolean()) {
                    continue;
                }
                throw e;
            }
        }
    }

    private static HttpRequest.Builder request() {
        return request(port);
    }

    private static HttpRequest.Builder request(int port) {
        URI address = URI.create("http://127.0.0.1:" + port + "/events");
        return HttpRequest.newBuilder(address)
                .header("X-API-Key", "server-key")
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20));
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<String> post(String body) {
        return post(port, body);
    }

    private static HttpResponse<String> post(int port, String body) {
        return send(request(port)
                .POST(BodyPublishers.ofString(body.replace('\'', '"')))
                .build());
    }

    /** Until both instances take events; connections are dealt out to them in turn. */
    private static void untilTaken(int port, String body) throws Exception {
        HttpRequest request = request(port)
                .POST(BodyPublishers.ofString(body.replace('\'', '"')))
                .build();
        long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        for (int taken = 0; taken < 4; ) {
            HttpClient connection =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            int status = connection
                    .send(request, HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            taken = status == 201 ? taken + 1 : 0;
            assertThat(System.nanoTime()).as("events are taken in time").isLessThan(deadline);
        }
    }

    private static String goal(String user, String id) {
        return "{'user_id':'" + user + "','events':[{'name':'n','id':'" + id + "'}]}";
    }

    private static String exposure(String experiment, String variant) {
        return "{'user_id':'u','events':[{'type':'exposure','experiment':'" + experiment + "','variant':'" + variant
                + "'}]}";
    }

    private static List<ConsumerRecord<byte[], byte[]>> log(String topic) {
        return TopicRecords.of(config.getJsonObject("kafka").getString("bootstrap"), name + "-" + topic);
    }

    private static List<Goal> goals(String user) throws Exception {
        List<Goal> goals = new ArrayList<>();
        for (var record : log("events")) {
            if (new String(record.key(), StandardCharsets.UTF_8).equals(user)) {
                goals.add(EventCodec.decodeGoal(record.key(), record.value()));
            }
        }
        return goals;
    }

    @Test
    void whatIsAcknowledgedIsInTheLogWithTheBrokersTime() throws Exception {
        long before = System.currentTimeMillis();
        HttpResponse<String> answer = post("{'user_id':'ü1','events':[{'type':'exposure','experiment':'button',"
                + "'variant':'green','id':'x1'},{'name':'purchase','value':49.99,'id':'g1','timestamp':" + before
                + ",'properties':{'sku':'a\\\"b'}}]}");

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(new JsonObject(answer.body())).isEqualTo(new JsonObject().put("received", 2));
        assertThat(goals("ü1"))
                .containsExactly(new Goal("g1", "ü1", "purchase", 49_990_000, before, "{\"sku\":\"a\\\"b\"}"));
        List<ConsumerRecord<byte[], byte[]>> exposures = log("exposures").stream()
                .filter(r -> Arrays.equals(r.key(), EventCodec.key("ü1")))
                .toList();
        assertThat(exposures).hasSize(1);
        Exposure exposure = EventCodec.decodeExposure(
                exposures.get(0).key(), exposures.get(0).value());
        assertThat(exposure.experimentId())
                .isEqualTo(catalog.find("button").await().orElseThrow().id());
        assertThat(exposure.variant() + exposure.id()).isEqualTo("greenx1");
        assertThat(exposures.get(0).timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(exposures.get(0).timestamp()).isBetween(before, System.currentTimeMillis());
    }

    @Test
    void everyPartitionOfBothTopicsGetsHeartbeats() {
        for (String topic : List.of("exposures", "events")) {
            Set<Integer> beaten = new HashSet<>();
            log(topic).stream()
                    .filter(r -> EventCodec.isHeartbeat(r.key(), r.value()))
                    .forEach(r -> beaten.add(r.partition()));
            assertThat(beaten).hasSize(PARTITIONS);
        }
    }

    @Test
    void badEventsDontPoisonTheBatch() throws Exception {
        HttpResponse<String> answer = post(
                "{'batch':[{'user_id':'p1','events':[{'name':'n','id':'1'},{'name':'n o'}]},"
                        + "{'user_id':'p2','events':[{'type':'exposure','experiment':'later','variant':'green'},{'name':'n'}]}]}");

        assertThat(answer.statusCode()).isEqualTo(201);
        JsonObject body = new JsonObject(answer.body());
        assertThat(body.getInteger("received")).isEqualTo(2);
        assertThat(body.getString("ids")).isEqualTo("assigned");
        JsonArray rejected = body.getJsonArray("rejected");
        assertThat(rejected.getJsonObject(0).getInteger("index")).isEqualTo(1);
        assertThat(rejected.getJsonObject(0).getString("code")).isEqualTo("invalid_name");
        assertThat(rejected.getJsonObject(1).getInteger("index")).isEqualTo(2);
        assertThat(rejected.getJsonObject(1).getString("code")).isEqualTo("not_launched");
        assertThat(goals("p1")).extracting(Goal::id).containsExactly("1");
    }

    @Test
    void aRequestWithNothingToTakeIs400AndSaysWhy() {
        HttpResponse<String> answer = post("{'user_id':'u','events':[{'name':'a b'},{'value':1}]}");

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonObject problem = new JsonObject(answer.body());
        assertThat(problem.getString("code")).isEqualTo("malformed");
        assertThat(problem.getJsonArray("rejected")).hasSize(2);
        assertThat(problem.getJsonArray("errors").getJsonObject(1).getString("pointer"))
                .isEqualTo("/events/1");
    }

    @Test
    void anExperimentLaunchedAMomentAgoIsKnown() {
        for (int i = 0; i < 5; i++) {
            String key = "fresh" + i;
            create(key);
            assertThat(post(exposure(key, "green")).body()).contains("not_launched");
            launch(key);
            assertThat(post(exposure(key, "green")).statusCode()).isEqualTo(201);
        }
        assertThat(post(exposure("fresh0", "blue")).body()).contains("unknown_variant");
        assertThat(post(exposure("nope", "blue")).body()).contains("unknown_experiment");
    }

    @Test
    void aRetryWithTheSameKeyHasTheSameIds() throws Exception {
        HttpRequest twice = request()
                .header("Idempotency-Key", "try-1")
                .POST(BodyPublishers.ofString("{\"user_id\":\"r1\",\"events\":[{\"name\":\"a\"},{\"name\":\"a\"}]}"))
                .build();
        assertThat(send(twice).body()).isEqualTo("{\"received\":2}");
        assertThat(send(twice).statusCode()).isEqualTo(201);

        assertThat(goals("r1")).extracting(Goal::id).containsExactly("try-1:0", "try-1:1", "try-1:0", "try-1:1");
    }

    @Test
    void anAnswerThatIsLostAndARequestThatComesAgainAreTheSameEvents() throws Exception {
        String body =
                "{\"user_id\":\"l1\",\"events\":[{\"name\":\"a\",\"timestamp\":" + System.currentTimeMillis() + "}]}";
        try (RawHttp client = RawHttp.connect(port)) {
            client.send("POST /events HTTP/1.1\r\nHost: a\r\nX-API-Key: server-key\r\n"
                    + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }
        Eventually.within(Duration.ofSeconds(20), () -> assertThat(goals("l1")).hasSize(1));
        assertThat(post(body).statusCode()).isEqualTo(201);

        assertThat(goals("l1"))
                .hasSize(2)
                .extracting(Goal::id)
                .containsOnly(goals("l1").get(0).id());
    }

    @Test
    void theTraceContextOfARequestGoesWithItsRecords() {
        String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        String body = "{\"user_id\":\"t1\",\"events\":[{\"name\":\"n\"},"
                + "{\"type\":\"exposure\",\"experiment\":\"button\",\"variant\":\"green\"}]}";
        for (String sent : List.of(trace, "junk")) {
            HttpRequest.Builder request = request().header("traceparent", sent);
            assertThat(send(request.POST(BodyPublishers.ofString(body)).build()).statusCode())
                    .isEqualTo(201);
        }
        for (String topic : List.of("exposures", "events")) {
            List<Integer> headers = new ArrayList<>();
            for (var record : log(topic)) {
                if (Arrays.equals(record.key(), EventCodec.key("t1"))) {
                    record.headers().forEach(header -> assertThat(new String(header.value(), StandardCharsets.US_ASCII))
                            .isEqualTo(trace));
                    headers.add(record.headers().toArray().length);
                }
            }
            assertThat(headers).containsExactly(1, 0);
        }
    }

    @Test
    void aUsersSurplusIsThrottledAndNobodyElses() {
        String thousand = "{'name':'n'},".repeat(999) + "{'name':'n'}";
        String hot = "{'user_id':'hot','events':[" + thousand + "]}";
        assertThat(post(hot).body()).startsWith("{\"received\":1000,");
        JsonObject second = new JsonObject(post(hot).body());
        assertThat(second.getInteger("received")).isBetween(100, 150);
        assertThat(second.getJsonArray("rejected").getJsonObject(0).getString("code"))
                .isEqualTo("throttled");
        assertThat(post(goal("cool", "1")).statusCode()).isEqualTo(201);

        HttpResponse<String> third = post(hot);
        assertThat(third.statusCode()).isEqualTo(third.body().contains("received") ? 201 : 429);
        if (third.statusCode() == 429) {
            assertThat(third.headers().firstValue("Retry-After")).contains("1");
        }
    }

    @Test
    void aKeyThatSendsMoreThanItMayHasToWaitAndPaysForBodiesThatAreNoBatches() {
        HttpRequest.Builder request = request().setHeader("X-API-Key", "admin-key");
        HttpRequest thousand = request.copy()
                .POST(BodyPublishers.ofString("{\"user_id\":\"k\",\"events\":[" + "{},".repeat(999) + "{}]}"))
                .build();
        HttpRequest broken = request.copy()
                .POST(BodyPublishers.ofString("{" + " ".repeat(512 * 1024 - 1)))
                .build();
        int taken = 0;
        HttpResponse<String> refused = send(thousand);
        while (refused.statusCode() == 400) {
            assertThat(++taken).as("of a thousand events, or half a megabyte").isLessThan(40);
            refused = send(taken % 2 == 0 ? thousand : broken);
        }
        assertThat(taken).isGreaterThanOrEqualTo(19);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()))
                .isGreaterThan(0);
        assertThat(post(goal("k2", "1")).statusCode()).isEqualTo(201);
    }

    @Test
    void exposuresThatTheNodeWouldNotHaveGivenAreCountedBySdk() {
        List<String> variants = List.of("control", "green");
        for (String variant : variants) {
            post("{'user_id':'u123','sdk':'java/9.9.9','events':[{'type':'exposure','experiment':'button','variant':'"
                    + variant + "'}]}");
        }
        for (String outcome : List.of("same", "other_variant")) {
            assertThat(Meters.registry()
                            .get("assay.events.exposures.compared")
                            .tags("sdk", "java/9.9.9", "outcome", outcome)
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void bodiesMayBeCompressedAndTextButNotTooLarge() throws IOException {
        String body = goal("g", "1").replace('\'', '"');
        assertThat(send(request()
                                .setHeader("Content-Type", "text/plain;charset=UTF-8")
                                .POST(BodyPublishers.ofString(body))
                                .build())
                        .statusCode())
                .isEqualTo(201);
        assertThat(gzipped(body).statusCode()).isEqualTo(201);
        assertThat(gzipped(body + " ".repeat(512 * 1024)).statusCode()).isEqualTo(413);
        assertThat(gzipped(body + " ".repeat(100 << 20)).statusCode()).isEqualTo(413);
        assertThat(post(body + " ".repeat(512 * 1024 - body.length())).statusCode())
                .isEqualTo(201);
        assertThat(post(body + " ".repeat(512 * 1024 - body.length() + 1)).statusCode())
                .isEqualTo(413);
        HttpRequest form = request()
                .setHeader("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body))
                .build();
        assertThat(send(form).statusCode()).isEqualTo(415);
    }

    private static HttpResponse<String> gzipped(String body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body.getBytes(StandardCharsets.UTF_8));
        }
        return send(request()
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(bytes.toByteArray()))
                .build());
    }

    @Test
    void onlyServerAndClientKeysMayCall() {
        HttpRequest.Builder post =
                request().POST(BodyPublishers.ofString(goal("k", "1").replace('\'', '"')));
        assertThat(send(post.setHeader("X-API-Key", "read-key").build()).statusCode())
                .isEqualTo(403);
        assertThat(send(post.setHeader("X-API-Key", "nobody").build()).statusCode())
                .isEqualTo(401);
        URI address = URI.create("http://127.0.0.1:" + port + "/events?key=client-key");
        HttpResponse<String> beacon = send(HttpRequest.newBuilder(address)
                .header("Content-Type", "text/plain")
                .header("Origin", "https://shop.example")
                .POST(BodyPublishers.ofString(goal("k", "1").replace('\'', '"')))
                .build());
        assertThat(beacon.statusCode()).isEqualTo(201);
        assertThat(beacon.headers().firstValue("Access-Control-Allow-Origin")).isPresent();
        HttpResponse<String> get = send(request().GET().build());
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.headers().firstValue("Allow"))
                .hasValueSatisfying(allow -> assertThat(allow).contains("POST"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{'user_id':'u','events':[{'name':'n'}]}x",
                "{'user_id':'u','user_id':'u','events':[{'name':'n'}]}",
                "{'user_id':'u','events':[{'name':'n','value':NaN}]}",
                "{'user_id':'\\ud800','events':[{'name':'n'}]}",
                "DEEP",
                "NAMES"
            })
    void junkIsRefusedAtOnce(String shape) {
        String body =
                switch (shape) {
                    case "DEEP" -> "[".repeat(500_000);
                    case "NAMES" -> "{" + "'a%d':1,".repeat(201).formatted((Object[]) numbers(201)) + "'z':1}";
                    default -> shape;
                };
        HttpRequest request = request()
                .setHeader("X-API-Key", "client-key")
                .POST(BodyPublishers.ofString(body.replace('\'', '"')))
                .build();
        long[] nanos = new long[20];
        for (int i = 0; i < nanos.length; i++) {
            long begun = System.nanoTime();
            assertThat(send(request).statusCode()).isEqualTo(400);
            nanos[i] = System.nanoTime() - begun;
        }
        Arrays.sort(nanos);
        assertThat(Duration.ofNanos(nanos[nanos.length / 4])).isLessThan(Duration.ofMillis(10));
    }

    private static Integer[] numbers(int count) {
        Integer[] numbers = new Integer[count];
        Arrays.setAll(numbers, i -> i);
        return numbers;
    }

    /** A node of its own: within one Vert.x all ingestion shares one port, and connections go to each in turn. */
    private static Vertx node(JsonObject config) {
        SnapshotFeed feed = SnapshotFeed.fixed(KeyRing.of(Map.of("server-key", Scope.SERVER)));
        Vertx node = Vertx.vertx();
        node.deployVerticle(new IngestionVerticle(feed), new DeploymentOptions().setConfig(config))
                .await();
        return node;
    }

    @Test
    void withoutTheBrokerItIs503AtOnceAndItRecoversByItself() throws Exception {
        Vertx node =
                node(config); // which waits for longer than this test, unless it hears that all connections are gone
        int away = HttpService.port(node, "ingestion");
        untilTaken(away, goal("b1", "before"));
        servers.stop(KAFKA);
        try {
            long begun = System.nanoTime();
            HttpResponse<String> first = post(away, goal("b1", "lost"));
            assertThat(first.statusCode()).isEqualTo(503);
            assertThat(first.headers().firstValue("Retry-After")).isPresent();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
            int quick = 0;
            for (int i = 0; i < 20; i++) {
                long then = System.nanoTime();
                assertThat(post(away, goal("b1", "lost" + i)).statusCode()).isEqualTo(503);
                quick += System.nanoTime() - then < Duration.ofMillis(100).toNanos() ? 1 : 0;
            }
            assertThat(quick).as("refused without waiting").isGreaterThanOrEqualTo(15);
        } finally {
            servers.startAll(KAFKA);
        }
        untilTaken(away, goal("b1", "kept"));
        untilTaken(port, goal("b1", "kept too"));
        node.close().await();
        assertThat(goals("b1")).extracting(Goal::id).contains("kept", "kept too");
    }

    @Test
    void aProducerTellsWhetherItHasAConnection() throws Exception {
        JsonObject nowhere = config.copy().put("kafka", new JsonObject().put("bootstrap", "127.0.0.1:1"));
        Topics there = Topics.from(config);
        IngestionConfig knobs = IngestionConfig.from(config);
        try (var alone = Producers.create(vertx, Topics.from(nowhere), knobs).await();
                var connected = Producers.create(vertx, there, knobs).await()) {
            Eventually.within(Duration.ofSeconds(10), () -> {
                connected.partitionsFor(there.events());
                assertThat(ProducerConnections.of(connected).count()).isPositive();
            });
            Eventually.within(
                    Duration.ofSeconds(10),
                    () -> assertThat(ProducerConnections.of(alone).count()).isZero());
        }
    }

    @Test
    void aRequestInFlightIsAnsweredBeforeTheServerGoes() throws IOException {
        Vertx node = node(config);
        int port = HttpService.port(node, "ingestion");
        String body = exposure("nope", "a").replace('\'', '"');
        send(request(port).POST(BodyPublishers.ofString(body)).build());
        // these two wait for the next look at the definitions
        try (RawHttp first = begun(port, body);
                RawHttp second = begun(port, body)) {
            Future<Void> closing = node.close();
            first.send(body);
            second.send(body);

            assertThat(first.status()).isEqualTo(400);
            assertThat(second.status()).isEqualTo(400);
            closing.await();
        }
    }

    /** A request whose head has been read, as the server's word to go on shows; its body is missing. */
    private static RawHttp begun(int port, String body) throws IOException {
        RawHttp client = RawHttp.connect(port)
                .send("POST /events HTTP/1.1\r\nHost: a\r\nX-API-Key: server-key\r\nContent-Type: application/json\r\n"
                        + "Expect: 100-continue\r\nContent-Length: " + body.length() + "\r\n\r\n");
        assertThat(client.status()).isEqualTo(100);
        return client;
    }
}
