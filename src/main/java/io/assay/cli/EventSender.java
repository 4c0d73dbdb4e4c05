package io.assay.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sends batches of events as fast as the server takes them: a bounded number is in flight, and a batch that the server
 * could not take (503, 429, no connection) is sent again, which counts nothing twice because events carry their ids.
 */
final class EventSender {
    private static final int IN_FLIGHT = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Api api;
    private final Semaphore permits = new Semaphore(IN_FLIGHT);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Map<String, Long> rejected = new TreeMap<>();
    private long accepted;
    private Instant lastTaken = Instant.EPOCH;

    EventSender(Api api) {
        this.api = api;
    }

    /** Waits for a free place, then sends without waiting for the answer. */
    @SuppressWarnings("FutureReturnValueIgnored") // a failure is kept and thrown by check
    void send(JsonArray batch) throws InterruptedException {
        permits.acquire();
        check();
        Instant deadline = Instant.now().plus(PATIENCE);
        attempt(batch, deadline, 100).whenComplete((done, e) -> {
            if (e != null) {
                failure.compareAndSet(null, e);
            }
            permits.release();
        });
    }

    /** Waits until every batch was answered. */
    void finish() throws InterruptedException {
        permits.acquire(IN_FLIGHT);
        permits.release(IN_FLIGHT);
        check();
    }

    synchronized long accepted() {
        return accepted;
    }

    /** How many events were refused for good, by the server's code. */
    synchronized Map<String, Long> rejected() {
        return new TreeMap<>(rejected);
    }

    /** The server's clock at its last acknowledgement. */
    synchronized Instant lastTaken() {
        return lastTaken;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the nested future is the one that is returned
    private CompletableFuture<Void> attempt(JsonArray batch, Instant deadline, long delayMillis) {
        return api.events(batch)
                .handle((response, e) -> {
                    boolean again = e != null || response.statusCode() == 503 || response.statusCode() == 429;
                    if (!again) {
                        note(response);
                        return CompletableFuture.<Void>completedFuture(null);
                    }
                    if (Instant.now().isAfter(deadline)) {
                        throw new UsageException("the server does not take events: "
                                + (e == null ? response.statusCode() + " " + response.body() : String.valueOf(e)));
                    }
                    return CompletableFuture.supplyAsync(
                                    () -> batch, CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS))
                            .thenCompose(b -> attempt(b, deadline, Math.min(2000, delayMillis * 2)));
                })
                .thenCompose(next -> next);
    }

    private synchronized void note(HttpResponse<String> response) {
        if (response.statusCode() != 201 && response.statusCode() != 400) {
            throw new UsageException("POST /events answered " + response.statusCode() + ": " + response.body());
        }
        JsonObject body = new JsonObject(response.body());
        JsonArray refused = body.getJsonArray("rejected");
        if (response.statusCode() == 400 && refused == null) {
            throw new UsageException("POST /events answered 400: " + response.body());
        }
        accepted += body.getLong("received", 0L);
        for (int i = 0; refused != null && i < refused.size(); i++) {
            rejected.merge(refused.getJsonObject(i).getString("code"), 1L, Long::sum);
        }
        Instant taken = Api.serverTime(response);
        lastTaken = taken.isAfter(lastTaken) ? taken : lastTaken;
    }

    private void check() {
        Throwable failed = failure.get();
        if (failed != null) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            throw new UsageException("stopped after " + accepted() + " events: " + cause.getMessage()
                    + "\nRun the same again: nothing is counted twice.");
        }
    }
}
