package io.assay.results;

import static io.assay.embedded.EmbeddedServers.Kind.REDIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.DayTotals;
import io.assay.analytics.ExperimentTotals;
import io.assay.catalog.ArmChanges;
import io.assay.embedded.EmbeddedServers;
import io.assay.embedded.SharedServers;
import io.assay.platform.HttpService;
import io.assay.snapshot.KeyRing;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResultsIT {
    private static final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final EmbeddedServers servers = SharedServers.with(REDIS);
    private static final String REDIS_URI =
            servers.endpoints().getJsonObject("redis").getString("uri") + "/5";

    private final Vertx vertx = Vertx.vertx();
    private final CountingStore store = new CountingStore();
    private int port;

    @BeforeEach
    void start() throws IOException {
        servers.startAll(REDIS);
        Redis.createClient(vertx, REDIS_URI).send(Request.cmd(Command.FLUSHDB)).await();
        port = deploy(REDIS_URI);
    }

    @AfterEach
    void stop() throws IOException {
        vertx.close().await();
        servers.startAll(REDIS);
    }

    private int deploy(String redis) {
        SnapshotFeed feed = SnapshotFeed.fixed(
                KeyRing.of(Map.of("read-key", Scope.READ, "admin-key", Scope.ADMIN, "server-key", Scope.SERVER)));
        Reports.Sources sources = new Reports.Sources(
                name -> Future.succeededFuture(Optional.of(Samples.BUTTON)
                        .filter(e -> e.id().equals(name) || e.key().equals(name))),
                id -> Future.succeededFuture(ArmChanges.NONE),
                () -> Future.succeededFuture(1),
                store);
        JsonObject config = new JsonObject()
                .put("portOffset", 5)
                .put("http", new JsonObject().put("basePort", 0))
                .put("redis", new JsonObject().put("uri", redis));
        vertx.deployVerticle(new ResultsVerticle(feed, sources), new DeploymentOptions().setConfig(config))
                .await();
        return HttpService.port(vertx, "results");
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer read-key");
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> get(String path) {
        return send(request(port, path));
    }

    @Test
    void answersWithExactFiguresAndMayBeKeptForAMinute() {
        HttpResponse<String> answer = get("/experiments/button/results");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("private, max-age=60");
        assertThat(answer.body())
                .contains("\"sum\":875000.00,\"sum_of_squares\":93411200.25,\"mean_per_user\":3.50")
                .containsPattern("\"lag_seconds\":[0-9]+,");
        assertThat(get("/experiments/k3v9q0x1m2ab/results?scope=clean").body())
                .contains("\"scope\":\"clean\"")
                .contains("\"key\":\"control\",\"exposures\":0");
        assertThat(store.asked).hasSize(1);
    }

    @Test
    void isATableOnDemand() {
        HttpResponse<String> csv = get("/experiments/button/results?format=csv&scope=all");

        assertThat(csv.headers().firstValue("Content-Type")).contains("text/csv; charset=utf-8");
        assertThat(csv.body().lines()).hasSize(7);
        assertThat(csv.body()).contains(",revenue_30d,9120,11002,0.03648,875000.00,93411200.25,3.50\r\n");
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(get("/experiments/nope/results").statusCode()).isEqualTo(404);
        assertThat(get("/experiments/button/results?scope=some").statusCode()).isEqualTo(400);
        assertThat(get("/experiments/button/results?format=xml").statusCode()).isEqualTo(400);
        HttpRequest.Builder post =
                request(port, "/experiments/button/results").POST(HttpRequest.BodyPublishers.noBody());
        assertThat(send(post).statusCode()).isEqualTo(405);
        HttpRequest.Builder request = request(port, "/experiments/button/results");
        assertThat(send(request.setHeader("Authorization", "Bearer server-key")).statusCode())
                .isEqualTo(403);
        assertThat(send(request.setHeader("Authorization", "Bearer nobody")).statusCode())
                .isEqualTo(401);
        assertThat(send(request.setHeader("Authorization", "Bearer admin-key")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void whatOneNodeReadAllNodesAnswer() {
        String first = get("/experiments/button/results").body();
        int other = deploy(REDIS_URI);
        HttpResponse<String> there = send(request(other, "/experiments/button/results"));

        assertThat(withoutLag(there.body())).isEqualTo(withoutLag(first));
        assertThat(store.asked).hasSize(1);
    }

    private static String withoutLag(String json) {
        return json.replaceFirst("\"lag_seconds\":[0-9]+", "");
    }

    @Test
    void aHundredRequestsAtOnceAreOneQuery() {
        store.answer = () -> vertx.timer(300).map(later -> Samples.totals());
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(http.sendAsync(
                    request(port, "/experiments/button/results").build(), HttpResponse.BodyHandlers.ofString()));
        }

        assertThat(answers).allMatch(answer -> answer.join().statusCode() == 200);
        assertThat(store.asked).hasSize(1);
    }

    @Test
    void withRedisAwayItAnswersAllTheSame() {
        servers.stop(REDIS);
        long begun = System.nanoTime();

        assertThat(get("/experiments/button/results").statusCode()).isEqualTo(200);
        assertThat(get("/experiments/button/results").statusCode()).isEqualTo(200);
        assertThat(store.asked).as("kept on the node itself").hasSize(1);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void withTheStoreAwayItIs503WithAHint() {
        store.answer = () -> Future.failedFuture("away");
        HttpResponse<String> answer = get("/experiments/button/results");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
    }

    @Test
    void withTheStoreAwayTheLastAnswerOfAnyNodeIsMarkedStale() {
        RedisAnswerCache kept = new RedisAnswerCache(vertx, REDIS_URI, "assay");
        long old = System.currentTimeMillis() - 3_600_000;
        String id = Samples.BUTTON.id();
        kept.put(Answer.of(Answer.key("results", id), Samples.report(), old)).await();
        SeriesReport series = new SeriesReport(Samples.BUTTON, Samples.totals(), List.of());
        kept.put(Answer.of(Answer.key("series", id), series, old)).await();
        store.answer = () -> Future.failedFuture("away");
        HttpResponse<String> answer = get("/experiments/button/results");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).containsPattern("\"stale\":true,\"age_seconds\":36[0-9]{2},");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(get("/experiments/button/results/series").body())
                .containsPattern("\"stale\":true,\"age_seconds\":36[0-9]{2},")
                .contains("\"series\":[");
        assertThat(get("/experiments/button/results?format=csv").body().lines())
                .allMatch(line -> line.endsWith(",stale,age_seconds") || line.matches(".*,true,36[0-9]{2}"));
    }

    @Test
    void aVeryLongAnswerTakesNoRoomInRedis() {
        RedisAnswerCache kept = new RedisAnswerCache(vertx, REDIS_URI, "assay");
        var texts = new Answer.Texts("x".repeat(RedisAnswerCache.MOST_CHARACTERS - 1), "x");
        Form form = Form.ALL.get(0);
        kept.put(new Answer("series:fits", 1, null, Map.of(form, texts))).await();
        kept.put(new Answer("series:not", 1, null, Map.of(form, texts, Form.ALL.get(1), new Answer.Texts("x", ""))))
                .await();

        assertThat(kept.get("series:fits").await()).isPresent();
        assertThat(kept.get("series:not").await()).isEmpty();
    }

    @Test
    void diagnosticsComeOnDemandInBothFormats() {
        store.users = () -> Future.succeededFuture(List.of(Map.of("control", 640L, "green", 360L)));

        assertThat(get("/experiments/button/results").body())
                .contains("\"p_value\":0.009737")
                .doesNotContain("rate_interval");
        assertThat(get("/experiments/button/results?diagnostics=1").body())
                .contains("\"rate_interval\":[0.049153,0.050861]", "\"periods\":[{\"from\":\"2026-01-01T00:00:00Z\"");
        assertThat(get("/experiments/button/results?diagnostics=1&format=csv&scope=clean")
                        .body())
                .contains(",rate_low,rate_high,sample_ratio_p_value\r\n", ",0.009737\r\n");
        assertThat(get("/experiments/button/results?diagnostics=yes").statusCode())
                .isEqualTo(400);
        assertThat(store.asked).hasSize(1);
    }

    @Test
    void theSeriesHasEachMidnightThenNow() {
        int day = (int) LocalDate.parse("2026-03-08").toEpochDay();
        store.days = () -> Future.succeededFuture(List.of(new DayTotals(day, ExperimentTotals.NONE)));
        JsonObject series =
                new JsonObject(get("/experiments/button/results/series").body());

        assertThat(series.getJsonArray("series").stream().map(point -> ((JsonObject) point).getString("at")))
                .containsExactly("2026-03-09T00:00:00Z", "2026-03-10T12:00:00Z");
        assertThat(get("/experiments/button/results/series?format=csv").body().lines())
                .hasSize(1 + 2 * 6)
                .first()
                .asString()
                .startsWith("experiment_id,key,status,at,final,scope,variant,exposures");
        assertThat(get("/experiments/nope/results/series").statusCode()).isEqualTo(404);
    }

    @Test
    void aRequestInFlightIsAnsweredBeforeTheServerGoes() {
        store.answer = () -> vertx.timer(500).map(later -> Samples.totals());
        CompletableFuture<HttpResponse<String>> inFlight = http.sendAsync(
                request(port, "/experiments/button/results").build(), HttpResponse.BodyHandlers.ofString());
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (store.asked.isEmpty() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        Future.all(vertx.deploymentIDs().stream().map(vertx::undeploy).toList()).await();

        assertThat(inFlight.join().statusCode()).isEqualTo(200);
    }
}
