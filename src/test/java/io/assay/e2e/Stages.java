package io.assay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.platform.HttpService;
import io.assay.snapshot.SnapshotFeed;
import io.assay.testkit.Eventually;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Some stages on a Vert.x of their own, in this JVM, with the requests that these tests send to them. */
final class Stages implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final Vertx vertx;
    private final JsonObject config;
    private final Path keys;

    Stages(Vertx vertx, JsonObject config, Path keys) {
        this.vertx = vertx;
        this.keys = keys;
        this.config = new JsonObject()
                .put("kafka", new JsonObject().put("bootstrap", "127.0.0.1:1"))
                .mergeIn(config)
                .put("http", new JsonObject().put("host", "127.0.0.1").put("basePort", 0))
                .put("portOffset", 0)
                .put("keysDir", keys.toString());
    }

    Stages deploy(VerticleBase... verticles) {
        for (VerticleBase verticle : verticles) {
            vertx.deployVerticle(verticle, new DeploymentOptions().setConfig(config))
                    .await();
        }
        return this;
    }

    /** Until it knows its callers. */
    Stages awaitKeys() throws Exception {
        Eventually.within(Duration.ofSeconds(20), () -> assertThat(feed().keys().hasKeys())
                .isTrue());
        return this;
    }

    SnapshotFeed feed() {
        return SnapshotFeed.shared(vertx, config);
    }

    long version() {
        return feed().served().snapshot().version();
    }

    HttpResponse<String> send(String stage, String key, String method, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + HttpService.port(vertx, stage) + path))
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    String key(String scope) throws Exception {
        return Files.readString(keys.resolve(scope)).trim();
    }

    JsonObject admin(String method, String path, String body, int status) throws Exception {
        HttpResponse<String> answer = send("admin", key("admin"), method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return answer.body().isEmpty() ? new JsonObject() : new JsonObject(answer.body());
    }

    /** A running experiment that everybody is in. */
    String launch(String key) throws Exception {
        String body =
                """
                {"key": "%s", "variants": [{"key": "control", "allocation": 50}, {"key": "blue", "allocation": 50}]}"""
                        .formatted(key);
        String id = admin("POST", "/experiments", body, 201).getString("experiment_id");
        admin("PATCH", "/experiments/" + id, "{\"status\":\"active\"}", 200);
        return id;
    }

    JsonObject assignments() throws Exception {
        HttpResponse<String> answer = send("assignment", key("server"), "GET", "/assignments?user_id=u123", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
