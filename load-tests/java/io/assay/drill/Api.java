package io.assay.drill;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Single requests, as an owner or an operator sends them. */
public final class Api {
    private static final int ADMIN = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration INSISTENCE = Duration.ofSeconds(60);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final Node node;
    private final String key;

    Api(Node node, String key) {
        this.node = node;
        this.key = key;
    }

    /**
     * What came back.
     *
     * @param status 0 if nothing did
     * @param text the body, or why there is none
     */
    public record Answer(int status, HttpHeaders headers, String text, double seconds) {
        public JsonObject json() {
            return new JsonObject(text);
        }

        public String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    /** To the admin port. */
    public Answer send(String method, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(node.uri(ADMIN, path))
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        return send(request);
    }

    /** The same; any status but the given one is an error. */
    public JsonObject expect(int status, String method, String path, String body) {
        Answer answer = send(method, path, body);
        if (answer.status() != status) {
            throw new IllegalStateException(
                    method + " " + path + " on " + node + ": " + answer.status() + " " + answer.text());
        }
        return answer.text().isEmpty() ? new JsonObject() : answer.json();
    }

    /** To the admin port, until it is neither away nor too busy. */
    void insist(String method, String path, String body) {
        long deadline = System.nanoTime() + INSISTENCE.toNanos();
        Answer answer = send(method, path, body);
        while ((answer.status() == 503 || answer.status() == 0) && System.nanoTime() < deadline) {
            answer = send(method, path, body);
        }
    }

    /** To any port. */
    public Answer get(URI uri, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("X-API-Key", key);
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return send(request);
    }

    /** Without a key. */
    static Answer ask(URI uri) {
        return send(HttpRequest.newBuilder(uri));
    }

    /** Without a key or waiting; the body of a 200, or nothing. */
    static CompletableFuture<String> look(URI uri, Duration patience) {
        return CLIENT.sendAsync(HttpRequest.newBuilder(uri).timeout(patience).build(), BodyHandlers.ofString())
                .handle((response, failure) -> failure == null && response.statusCode() == 200 ? response.body() : "");
    }

    private static Answer send(HttpRequest.Builder request) {
        long begun = System.nanoTime();
        try {
            HttpResponse<String> response =
                    CLIENT.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(), response.headers(), response.body(), (System.nanoTime() - begun) / 1e9);
        } catch (IOException e) {
            return new Answer(
                    0, HttpHeaders.of(Map.of(), (a, b) -> true), e.toString(), (System.nanoTime() - begun) / 1e9);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
