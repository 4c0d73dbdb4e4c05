package io.assay.drill;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Users who ask at a fixed rate whatever the nodes do, in turn at each node and through all of the population. Latency counts
 * from when a request was due, so that one that has to wait for the nodes, or for this process, has that wait in its latency.
 */
public final class Traffic {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int CONNECTIONS = 128;
    private static final int BOUND = 4_096;

    private final Vertx vertx;
    private final Context context;
    private final HttpClient client;
    private final Population population;
    private final String key;
    private final List<Node> nodes;
    private final BitSet complete = new BitSet();
    private final double nanosBetween;
    private final long start = System.nanoTime();
    private final List<Answers.One> answered = new ArrayList<>();
    private long sent;
    private int inFlight;
    private long timer;
    private Answers calm = new Answers(List.of(), 0);
    private long calmEnd = start;

    Traffic(Vertx vertx, Population population, String key, int rate, List<Node> nodes) {
        this.vertx = vertx;
        this.population = population;
        this.key = key;
        this.nodes = new CopyOnWriteArrayList<>(nodes);
        nanosBetween = 1e9 / rate;
        client = vertx.createHttpClient(
                new HttpClientOptions().setKeepAliveTimeout(20).setConnectTimeout((int) PATIENCE.toMillis()),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(-1));
        context = vertx.getOrCreateContext();
        context.runOnContext(v -> timer = vertx.setPeriodic(1, this::tick));
    }

    private void tick(long id) {
        long now = System.nanoTime();
        while (due(sent) <= now && inFlight < BOUND) {
            send(sent++);
        }
    }

    private long due(long number) {
        return start + (long) (number * nanosBetween);
    }

    private void send(long number) {
        List<Node> now = List.copyOf(nodes);
        Node node = now.get((int) (number % now.size()));
        int user = (int) (number % Population.SIZE);
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost("127.0.0.1")
                .setPort(node.assignmentPort())
                .setURI("/assignments?user_id=" + Population.id(user) + "&platform=web")
                .setTimeout(PATIENCE.toMillis())
                .putHeader("X-API-Key", key);
        inFlight++;
        client.request(request)
                .compose(sending -> sending.send())
                .compose(response ->
                        response.body().map(body -> answer(number, node, user, response.statusCode(), body)))
                .otherwise(e -> new Answers.One(
                        due(number),
                        node,
                        0,
                        System.nanoTime() - due(number),
                        false,
                        e.getClass().getSimpleName()))
                .onSuccess(one -> record(number, one));
    }

    private Answers.One answer(long number, Node node, int user, int status, Buffer body) {
        long nanos = System.nanoTime() - due(number);
        boolean degraded = false;
        if (status == 200) {
            JsonObject json = body.toJsonObject();
            degraded = json.getBoolean("degraded", false);
            population.see(user, json.getJsonObject("assignments"), node);
        }
        return new Answers.One(due(number), node, status, nanos, degraded, "");
    }

    private void record(long number, Answers.One one) {
        inFlight--;
        synchronized (answered) {
            answered.add(one);
            complete.set((int) number);
        }
    }

    /** Asks only these from now on, as a balancer does that was told who is ready. */
    public void only(List<Node> ready) {
        nodes.retainAll(ready);
        nodes.addAll(ready.stream().filter(node -> !nodes.contains(node)).toList());
    }

    /** Now, to ask later for what came {@link #since}. */
    public long mark() {
        return System.nanoTime();
    }

    /** Lets that much time pass; the answers to what was due in it. */
    public Answers during(Duration time) {
        long from = mark();
        LockSupport.parkNanos(time.toNanos());
        return since(from);
    }

    /** The answers to all that was due from then until now. */
    public Answers since(long mark) {
        return between(mark, mark());
    }

    /** The answers to all that was due in that span; waits for them. */
    public Answers between(long from, long to) {
        long last = firstDue(to);
        long deadline = System.nanoTime() + 3 * PATIENCE.toNanos();
        while (System.nanoTime() < deadline && !hasAnswered(last)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        synchronized (answered) {
            return new Answers(
                    answered.stream()
                            .filter(one -> one.dueNanos() >= from && one.dueNanos() < to)
                            .toList(),
                    firstDue(to) - firstDue(from));
        }
    }

    /** The first number that is not due before that time. */
    private long firstDue(long time) {
        long number = Math.max(0, (long) ((time - start) / nanosBetween) - 1);
        while (due(number) < time) {
            number++;
        }
        return number;
    }

    /** Lets time pass for the compilers, then measures what all that comes is compared with. */
    void measureCalm(Duration warmUp, Duration time) {
        LockSupport.parkNanos(warmUp.toNanos());
        calm = during(time);
        calmEnd = mark();
    }

    /** The answers of the phase without a fault. */
    public Answers calm() {
        return calm;
    }

    /** All answers since that phase. */
    Answers sinceCalm() {
        return since(calmEnd);
    }

    private boolean hasAnswered(long requests) {
        synchronized (answered) {
            return complete.nextClearBit(0) >= requests;
        }
    }

    /** Sends no more; requests under way are let go. */
    void stop() {
        Promise<Void> closed = Promise.promise();
        context.runOnContext(v -> {
            vertx.cancelTimer(timer);
            client.close().onComplete(closed);
        });
        closed.future().toCompletionStage().toCompletableFuture().join();
    }
}
