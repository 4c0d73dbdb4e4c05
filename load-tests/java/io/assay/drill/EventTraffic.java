package io.assay.drill;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * Applications that post batches at a fixed rate, and post each again until it got a 201; of one that did some are posted once
 * more, as by a client that never read the answer. So in the end everything was acknowledged, and has to be counted once.
 */
final class EventTraffic implements AutoCloseable {
    /** How the server knows an event that comes again. */
    private enum Ids {
        OWN,
        REQUEST_KEY,
        HASH
    }

    /** After that long there is no answer any more: that is a hang. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final int MOST_WAITING = 64;
    private static final long RETRY_MILLIS = 250;

    private final Vertx vertx;
    private final Context context;
    private final HttpClient client;
    private final String key;
    private final Behaviour behaviour;
    private final int size;
    private final Random random = new Random(5);
    private final Posts posts = new Posts();
    private final List<Event> acknowledged = new ArrayList<>();
    private volatile int port;
    private volatile boolean making = true;
    private long made;
    private int waiting;
    private int repeats;
    private int rejected;
    private long timer;

    private record Batch(long number, List<Event> events, Ids ids, String body) {}

    /** Posts that many batches of that size a second to a port. */
    EventTraffic(Scene scene, int port, Behaviour behaviour, int rate, int size) throws Exception {
        this.vertx = scene.vertx();
        this.port = port;
        this.key = scene.key("server");
        this.behaviour = behaviour;
        this.size = size;
        client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(2_000), new PoolOptions().setHttp1MaxSize(MOST_WAITING * 2));
        context = vertx.getOrCreateContext();
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("io.vertx.core.net.impl.ConnectionBase"))
                .setLevel(ch.qos.logback.classic.Level.OFF); // lost connections are what the posts tell of
        context.runOnContext(v -> timer = vertx.setPeriodic(Math.max(1, 1_000 / rate), id -> tick()));
        scene.closeAtLast(this);
    }

    private void tick() {
        if (!making || waiting >= MOST_WAITING) {
            return;
        }
        Ids ids = behaviour.hasIds() ? Ids.OWN : random.nextBoolean() ? Ids.REQUEST_KEY : Ids.HASH;
        List<Event> events = behaviour.next(size).stream()
                .sorted((a, b) -> a.user().compareTo(b.user()))
                .toList();
        if (events.isEmpty()) {
            return;
        }
        waiting++;
        post(new Batch(made++, events, ids, body(events, ids == Ids.OWN)));
    }

    private static String body(List<Event> events, boolean withIds) {
        JsonArray batch = new JsonArray();
        String user = "";
        JsonArray of = new JsonArray();
        for (Event event : events) {
            if (!event.user().equals(user)) {
                user = event.user();
                of = new JsonArray();
                batch.add(new JsonObject().put("user_id", user).put("events", of));
            }
            of.add(event.json(withIds));
        }
        return new JsonObject().put("batch", batch).encode();
    }

    private void post(Batch batch) {
        send(batch).onSuccess(answer -> {
            if (answer.statusCode == 201) {
                waiting--;
                accept(batch, answer.body.toJsonObject());
                if (random.nextInt(10) == 0) {
                    repeats++;
                    send(batch);
                }
            } else if (answer.statusCode == 400) {
                waiting--;
                refuse(batch.events.size());
            } else {
                vertx.setTimer(RETRY_MILLIS, again -> post(batch));
            }
        });
    }

    private record Reply(int statusCode, Buffer body) {}

    private Future<Reply> send(Batch batch) {
        long begun = System.nanoTime();
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost("127.0.0.1")
                .setPort(port)
                .setURI("/events")
                .setTimeout(PATIENCE.toMillis())
                .putHeader("X-API-Key", key)
                .putHeader("Content-Type", "application/json");
        if (batch.ids == Ids.REQUEST_KEY) {
            request.putHeader("Idempotency-Key", "batch-" + System.identityHashCode(this) + "-" + batch.number);
        }
        return client.request(request)
                .compose(sending -> sending.send(batch.body))
                .compose(response -> response.body().map(body -> new Reply(response.statusCode(), body)))
                .otherwise(e -> new Reply(0, Buffer.buffer(e.toString())))
                .onSuccess(reply -> posts.add(begun, reply.statusCode, System.nanoTime() - begun));
    }

    /** All that was taken; what was refused for itself is named by its index. */
    private synchronized void accept(Batch batch, JsonObject answer) {
        List<Event> taken = new ArrayList<>(batch.events);
        JsonArray refused = answer.getJsonArray("rejected", new JsonArray());
        for (int i = refused.size() - 1; i >= 0; i--) {
            taken.remove((int) refused.getJsonObject(i).getInteger("index"));
        }
        rejected += refused.size();
        acknowledged.addAll(taken);
    }

    private synchronized void refuse(int count) {
        rejected += count;
    }

    /** What is posted from now on goes there. */
    void to(int otherPort) {
        port = otherPort;
    }

    /** Makes no more, and waits until all of it got its 201; the seconds that took, or infinity. */
    double settle(Scene scene, Duration patience) {
        making = false;
        return scene.secondsUntil(patience, () -> waitingNow() == 0);
    }

    /** Makes more again. */
    void goOn() {
        making = true;
    }

    private int waitingNow() {
        Promise<Integer> promise = Promise.promise();
        context.runOnContext(v -> promise.complete(waiting));
        return promise.future().toCompletionStage().toCompletableFuture().join();
    }

    /** Each once, whatever was posted twice. */
    synchronized List<Event> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** Events that were refused for themselves, and so came to nothing. */
    synchronized int rejected() {
        return rejected;
    }

    Posts posts() {
        return posts;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d events in %,d batches got a 201, %,d of them were posted again after it, %,d events were refused; %s",
                acknowledged().size(),
                made,
                repeats,
                rejected(),
                posts);
    }

    @Override
    public void close() throws Exception {
        making = false;
        Promise<Void> closed = Promise.promise();
        context.runOnContext(v -> {
            vertx.cancelTimer(timer);
            client.close().onComplete(closed);
        });
        closed.future().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
}
