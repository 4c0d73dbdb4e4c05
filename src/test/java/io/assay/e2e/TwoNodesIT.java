package io.assay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.admin.AdminVerticle;
import io.assay.assignment.AssignmentVerticle;
import io.assay.config.ConfigVerticle;
import io.assay.embedded.EmbeddedServers;
import io.assay.platform.Health;
import io.assay.platform.HttpService;
import io.assay.testkit.Eventually;
import io.assay.testkit.TestCluster;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two nodes of one cluster: owners talk to the first, users to the second, which can't reach the definitions' database. */
class TwoNodesIT {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static Path folder;
    private static EmbeddedServers servers;
    private static Vertx owners;
    private static Vertx users;

    @BeforeAll
    static void start() throws Exception {
        folder = Files.createTempDirectory(Path.of("target"), "two-nodes-");
        servers = EmbeddedServers.open(folder.resolve("servers"));
        servers.startAll(EmbeddedServers.Kind.POSTGRES, EmbeddedServers.Kind.REDIS);
        List<Vertx> nodes = TestCluster.start(2);
        owners = nodes.get(0);
        users = nodes.get(1);
        JsonObject first = config("first").put("keysDir", folder.resolve("keys").toString());
        deploy(owners, new AdminVerticle(), first);
        deploy(owners, new ConfigVerticle(), first);
        deploy(owners, new AssignmentVerticle(), first);
        JsonObject second = config("second");
        second.getJsonObject("postgres").put("port", 1);
        deploy(users, new ConfigVerticle(), second);
        deploy(users, new AssignmentVerticle(), second);
        Eventually.within(PATIENCE, () -> {
            assertThat(Health.of(owners).problems()).isEmpty();
            assertThat(Health.of(users).problems()).isEmpty();
        });
    }

    @AfterAll
    static void stop() {
        users.close().await();
        owners.close().await();
        servers.close();
    }

    private static JsonObject config(String node) {
        return servers.endpoints()
                .put("http", new JsonObject().put("host", "127.0.0.1").put("basePort", 0))
                .put("portOffset", 0)
                .put("data", folder.resolve(node).toString());
    }

    private static void deploy(Vertx vertx, VerticleBase verticle, JsonObject config) {
        vertx.deployVerticle(verticle, new DeploymentOptions().setConfig(config))
                .await();
    }

    private static HttpResponse<String> send(
            Vertx node, String stage, String scope, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + HttpService.port(node, stage) + path))
                .header(
                        "X-API-Key",
                        Files.readString(folder.resolve("keys").resolve(scope)).trim())
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static JsonObject admin(String method, String path, String body, int status) throws Exception {
        HttpResponse<String> answer = send(owners, "admin", "admin", method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return new JsonObject(answer.body());
    }

    private static JsonObject assignments(Vertx node) throws Exception {
        HttpResponse<String> answer = send(node, "assignment", "server", "GET", "/assignments?user_id=u123", "");
        assertThat(answer.statusCode()).as(answer + answer.body()).isEqualTo(200);
        return new JsonObject(answer.body()).getJsonObject("assignments");
    }

    private static String create(String key) throws Exception {
        String body =
                """
                {"key": "%s", "variants": [{"key": "control", "allocation": 50}, {"key": "blue", "allocation": 50}],
                 "metrics": ["signup"]}"""
                        .formatted(key);
        return admin("POST", "/experiments", body, 201).getString("experiment_id");
    }

    private static void assertShowsOnBoth(String key, boolean shown) throws Exception {
        for (Vertx node : List.of(users, owners)) {
            Eventually.within(
                    SECOND, () -> assertThat(assignments(node).containsKey(key)).isEqualTo(shown));
        }
    }

    private static void assertChangesShow(String key) throws Exception {
        String id = create(key);
        String before = null;
        for (int i = 0; i < 5; i++) {
            admin("PATCH", "/experiments/" + id, "{\"status\":\"active\"}", 200);
            assertShowsOnBoth(key, true);
            String variant = assignments(users).getString(key);
            assertThat(variant)
                    .isEqualTo(assignments(owners).getString(key))
                    .isEqualTo(before == null ? variant : before);
            before = variant;
            admin("PATCH", "/experiments/" + id, "{\"status\":\"paused\"}", 200);
            assertShowsOnBoth(key, false);
        }
    }

    @Test
    void aPatchOnOneNodeShowsInTheAssignmentsOfTheOtherWithinASecond() throws Exception {
        assertChangesShow("with_redis");
    }

    @Test
    void alsoWithRedisStopped() throws Exception {
        servers.stop(EmbeddedServers.Kind.REDIS);
        try {
            assertChangesShow("without_redis");
        } finally {
            servers.startAll(EmbeddedServers.Kind.REDIS);
        }
    }

    @Test
    void aKillTakesEverybodyOutOnBothWithinASecond() throws Exception {
        String id = create("dangerous");
        admin("PATCH", "/experiments/" + id, "{\"status\":\"active\"}", 200);
        assertShowsOnBoth("dangerous", true);
        admin("POST", "/experiments/" + id + "/kill", "", 200);
        assertShowsOnBoth("dangerous", false);
        // two documents: the one may be there a moment before the other
        Eventually.within(SECOND, () -> {
            HttpResponse<String> list = send(users, "config", "client", "GET", "/config/emergency", "");
            assertThat(new JsonObject(list.body()).getJsonArray("killed")).contains("dangerous");
        });
    }

    @Test
    void aNewKeyOpensOnBothWithinASecondAndARevokedOneNoMore() throws Exception {
        JsonObject made = admin("POST", "/keys", "{\"name\":\"shop\",\"scope\":\"server\"}", 201);
        assertThat(made.fieldNames()).contains("key");
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + HttpService.port(users, "assignment") + "/assignments?user_id=u123"))
                .header("Authorization", "Bearer " + made.getString("key"))
                .build();
        assertAnswers(request, 200);
        assertThat(send(owners, "admin", "admin", "DELETE", "/keys/" + made.getString("id"), "")
                        .statusCode())
                .isEqualTo(204);
        assertAnswers(request, 401);
    }

    private static void assertAnswers(HttpRequest request, int status) throws Exception {
        Eventually.within(SECOND, () -> assertThat(HTTP.send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(status));
    }
}
