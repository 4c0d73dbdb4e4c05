package io.assay.e2e;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Requests to a node with the key of a scope, as any client would send them. */
public final class Requests {
    private static final long PAUSE_NANOS = 5_000_000;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final RunningNode node;
    private final String scope;

    public Requests(RunningNode node, String scope) {
        this.node = node;
        this.scope = scope;
    }

    public record Answer(int status, HttpHeaders headers, String text) {
        public JsonObject json() {
            return new JsonObject(text);
        }
    }

    public Answer get(String path, String... headers) {
        return send("GET", path, "", headers);
    }

    public Answer post(String path, String body, String... headers) {
        return send("POST", path, body, headers);
    }

    public Answer patch(String path, String body, String... headers) {
        return send("PATCH", path, body, headers);
    }

    /** Asks again and again until the answer is as wanted; fails with the last answer. */
    public Answer getUntil(String path, Duration patience, Predicate<Answer> wanted, String... headers) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Answer answer = get(path, headers);
            if (wanted.test(answer)) {
                return answer;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("after " + patience + ": " + answer.status() + " " + answer.text());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private Answer send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(node.url(path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!scope.isEmpty()) {
            request.header("Authorization", "Bearer " + node.key(scope));
        }
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            return new Answer(0, HttpHeaders.of(java.util.Map.of(), (a, b) -> true), e.toString());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
