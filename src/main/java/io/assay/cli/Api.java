package io.assay.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The public HTTP interface of a stack, with the keys that its commands need. */
final class Api {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    /** Of what looks at all experiments. */
    private static final Duration OPERATORS_TIMEOUT = Duration.ofMinutes(2);

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    private final Stack stack;

    Api(Stack stack) {
        this.stack = stack;
    }

    static boolean isReady(URI url) throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(url.resolve("/health/ready"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return CLIENT.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    Optional<JsonObject> experiment(String key) throws InterruptedException {
        HttpResponse<String> response =
                call(request("/experiments/" + key, "read").GET());
        return response.statusCode() == 404 ? Optional.empty() : Optional.of(expect(response, 200));
    }

    JsonObject create(JsonObject definition) throws InterruptedException {
        return expect(call(json("/experiments", "admin").POST(text(definition))), 201);
    }

    JsonObject launch(String id) throws InterruptedException {
        JsonObject patch = new JsonObject().put("status", "active");
        return expect(call(json("/experiments/" + id, "admin").method("PATCH", text(patch))), 200);
    }

    /** The results as they stand now, past the cache. */
    JsonObject results(String id, String scope) throws InterruptedException {
        return expect(
                call(request("/experiments/" + id + "/results?scope=" + scope, "read")
                        .header("Cache-Control", "no-cache")
                        .GET()),
                200);
    }

    CompletableFuture<JsonObject> assignments(String user) {
        String query = "/assignments?user_id=" + URLEncoder.encode(user, StandardCharsets.UTF_8);
        return CLIENT.sendAsync(request(query, "server").GET().build(), BodyHandlers.ofString())
                .thenApply(response -> expect(response, 200));
    }

    /** One batch of events; the answer is whatever the server says. */
    CompletableFuture<HttpResponse<String>> events(JsonArray batch) {
        HttpRequest request = json("/events", "server")
                .POST(text(new JsonObject().put("batch", batch)))
                .build();
        return CLIENT.sendAsync(request, BodyHandlers.ofString());
    }

    /** Waits until the results hold everything that the server took up to that moment of its own clock. */
    JsonObject resultsAfter(String id, String scope, Instant taken) throws InterruptedException {
        Instant deadline = Instant.now().plusSeconds(180);
        String state = "";
        while (Instant.now().isBefore(deadline)) {
            try {
                JsonObject results = results(id, scope);
                String asOf = results.getString("as_of");
                if (asOf != null && Instant.parse(asOf).isAfter(taken)) {
                    return results;
                }
                state = "stand at " + asOf + " and do not move past " + taken;
            } catch (UsageException e) {
                state = "can't be had: " + e.getMessage();
            }
            Thread.sleep(500);
        }
        throw new UsageException("the results " + state);
    }

    /** The server's clock when it answered, rounded up to the second. */
    static Instant serverTime(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Date")
                .map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant()
                        .plusSeconds(1))
                .orElseGet(Instant::now);
    }

    static JsonObject expect(HttpResponse<String> response, int status) {
        if (response.statusCode() != status) {
            throw new UsageException(response.request().method() + " "
                    + response.request().uri().getPath() + " answered " + response.statusCode() + ": "
                    + response.body());
        }
        return response.body().isEmpty() ? new JsonObject() : new JsonObject(response.body());
    }

    /** A request of operators, without a body. */
    JsonObject admin(String method, String path, int status) throws InterruptedException {
        return expect(
                call(request(path, "admin").timeout(OPERATORS_TIMEOUT).method(method, BodyPublishers.noBody())),
                status);
    }

    private static HttpResponse<String> call(HttpRequest.Builder request) throws InterruptedException {
        try {
            return CLIENT.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UsageException("the stack does not answer (" + e + ")");
        }
    }

    private HttpRequest.Builder json(String path, String scope) {
        return request(path, scope).header("Content-Type", "application/json");
    }

    private HttpRequest.Builder request(String path, String scope) {
        return HttpRequest.newBuilder(stack.url().resolve(path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + stack.key(scope));
    }

    private static HttpRequest.BodyPublisher text(JsonObject body) {
        return BodyPublishers.ofString(body.encode());
    }
}
