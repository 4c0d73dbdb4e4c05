package io.assay.admin;

import io.assay.catalog.Catalog;
import io.assay.catalog.Versions;
import io.assay.embedded.SharedServers;
import io.assay.platform.HttpService;
import io.assay.snapshot.KeyRing;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The admin stage over HTTP on a database of its own, with one key of each scope, named like the scope. */
final class AdminServer implements AutoCloseable {
    final Vertx vertx = Vertx.vertx();
    private static final int ATTEMPTS = 5;

    final JsonObject postgres;
    final Catalog catalog;
    private final HttpClient client = HttpClient.newHttpClient();
    private final int port;

    AdminServer() {
        this(SharedServers.newDatabase(), new JsonObject());
    }

    AdminServer(JsonObject postgres, JsonObject more) {
        this.postgres = postgres;
        JsonObject config = new JsonObject()
                .put("postgres", postgres)
                .put("kafka", new JsonObject().put("bootstrap", "127.0.0.1:1"))
                .put("http", new JsonObject().put("basePort", 0))
                .put("portOffset", 1)
                .mergeIn(more);
        SnapshotFeed feed = SnapshotFeed.fixed(KeyRing.of(
                Map.of("admin", Scope.ADMIN, "read", Scope.READ, "server", Scope.SERVER, "client", Scope.CLIENT)));
        vertx.deployVerticle(new AdminVerticle(feed), new DeploymentOptions().setConfig(config))
                .await();
        catalog = Catalog.create(vertx, config);
        port = HttpService.port(vertx, "admin");
    }

    /** An answer and, if there is one, its JSON object. */
    record Answer(int status, HttpResponse<String> raw) {
        JsonObject json() {
            return new JsonObject(raw.body());
        }

        String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }

        String code() {
            return json().getString("code");
        }

        /** {@code pointer code} of all that was found. */
        List<String> errors() {
            List<String> errors = new ArrayList<>();
            for (Object each : json().getJsonArray("errors")) {
                JsonObject error = (JsonObject) each;
                errors.add(error.getString("pointer") + " " + error.getString("code"));
            }
            return errors;
        }
    }

    Answer get(String path) {
        return send("GET", path, null).join();
    }

    Answer post(String path, String body) {
        return send("POST", path, body).join();
    }

    Answer patch(String path, String body, String... headers) {
        return send("PATCH", path, body, headers).join();
    }

    Answer delete(String path, String... headers) {
        return send("DELETE", path, null, headers).join();
    }

    /** Asks again when told to, as clients do: a busy machine may be too slow for the server's patience. */
    CompletableFuture<Answer> send(String method, String path, String body, String... headers) {
        return send(ATTEMPTS, () -> sendOnce(method, path, body, headers));
    }

    private static CompletableFuture<Answer> send(int attempts, Supplier<CompletableFuture<Answer>> request) {
        return request.get()
                .thenCompose(answer -> answer.status() == 503 && attempts > 1
                        ? send(attempts - 1, request)
                        : CompletableFuture.completedFuture(answer));
    }

    CompletableFuture<Answer> sendOnce(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .setHeader("X-API-Key", "admin");
        if (body != null) {
            request.setHeader("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return client.sendAsync(request.build(), BodyHandlers.ofString()).thenApply(r -> new Answer(r.statusCode(), r));
    }

    /** A draft with two variants at 50, and what else is given as JSON members. */
    Answer draft(String key, String members) {
        return post("/experiments", draftBody(key, members));
    }

    static String draftBody(String key, String members) {
        return """
                {"key": "%s", "variants": [{"key": "control", "allocation": 50}, {"key": "treatment", "allocation": 50}]%s}"""
                .formatted(key, members.isEmpty() ? "" : ", " + members);
    }

    /** One that is launched. */
    Answer launched(String key, String members) {
        draft(key, members);
        return status(key, "active");
    }

    Answer status(String key, String status, String... headers) {
        return patch("/experiments/" + key, "{\"status\": \"" + status + "\"}", headers);
    }

    Versions versions() {
        return catalog.versions().await();
    }

    /** Lets time pass for the database's rows. */
    void sql(String statement) {
        try (Connection connection = SharedServers.connect(postgres)) {
            connection.createStatement().execute("set search_path = catalog");
            connection.createStatement().execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column. */
    List<String> column(String query) {
        try (Connection connection = SharedServers.connect(postgres)) {
            connection.createStatement().execute("set search_path = catalog");
            ResultSet rows = connection.createStatement().executeQuery(query);
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        catalog.close().await();
        vertx.close().await();
    }
}
