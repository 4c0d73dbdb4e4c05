package io.assay.load;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * A driver that sends at a fixed rate whatever the server does.
 *
 * <p>Each request is meant to be sent at a moment that is known before, and its latency counts from then: a request that has
 * to wait because the server or this process is late has that wait in its latency, so nothing is omitted. Requests in flight
 * are bounded; those that are due beyond the bound wait, and their clock runs. During the warm-up the rate rises evenly from
 * nothing, as code that is not compiled yet would build up a backlog at the full rate; these requests are not counted. All of
 * it runs on one event loop.
 */
final class OpenLoop {
    private static final int IN_FLIGHT_PER_CONNECTION = 16;
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Vertx vertx;
    private final Workload workload;
    private final HttpClient client;
    private final RequestOptions target;
    private final Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
    private final Random random = new Random(1);
    private final Promise<Result> done = Promise.promise();
    private final BitSet complete = new BitSet();
    private final double nanosBetween;
    private final long planned;
    private final long firstCounted;
    private final long warmupNanos;
    private final int bound;
    private long start;
    private long sent;
    private long answered;
    private long wrong;

    /** What was measured. */
    record Result(Histogram latencies, long sent, long unanswered, long wrong, double secondsSending) {}

    OpenLoop(Vertx vertx, Workload workload, Options options) {
        this.vertx = vertx;
        this.workload = workload;
        URI url = options.url(workload.url());
        int connections = options.number("connections", 64);
        int rate = options.number("rate", 1000);
        int warmup = options.number("warmup", 5);
        nanosBetween = 1e9 / rate;
        warmupNanos = TimeUnit.SECONDS.toNanos(warmup);
        firstCounted = (long) rate * warmup / 2;
        planned = firstCounted + (long) rate * options.number("seconds", 20);
        bound = connections * IN_FLIGHT_PER_CONNECTION;
        client = vertx.createHttpClient(
                new HttpClientOptions().setKeepAlive(true).setDecompressionSupported(false),
                new PoolOptions().setHttp1MaxSize(connections));
        target = new RequestOptions()
                .setHost(url.getHost())
                .setPort(url.getPort())
                .setMethod(workload.method())
                .putHeader("Authorization", "Bearer " + options.key());
        if (workload.method() == HttpMethod.POST) {
            target.putHeader("Content-Type", "application/json");
        }
    }

    Future<Result> run() {
        vertx.runOnContext(v -> {
            start = System.nanoTime();
            vertx.setPeriodic(1, this::tick);
        });
        return done.future();
    }

    private void tick(long timer) {
        long now = System.nanoTime();
        while (sent < planned && intended(sent) <= now && sent - answered < bound) {
            send(sent++);
        }
        boolean over = now > intended(planned) + DRAIN_NANOS;
        if (over || answered == planned) {
            vertx.cancelTimer(timer);
            countUnanswered(now);
            double seconds = (Math.min(now, intended(planned)) - start) / 1e9;
            done.tryComplete(new Result(latencies, sent, planned - answered, wrong, seconds));
        }
    }

    /** Whether that request came after the warm-up. */
    boolean isCounted(long request) {
        return request >= firstCounted;
    }

    /** When that request was due, by {@link System#nanoTime}. */
    long intended(long request) {
        return request < firstCounted
                ? start + (long) (warmupNanos * Math.sqrt((double) request / firstCounted))
                : start + warmupNanos + (long) ((request - firstCounted) * nanosBetween);
    }

    private void send(long number) {
        client.request(new RequestOptions(target).setURI(workload.path(random)))
                .compose(request -> request.send(workload.body(random, number)))
                .compose(response -> response.body().map(body -> response.statusCode()))
                .otherwise(0)
                .onSuccess(status -> answered(number, status));
    }

    private void answered(long number, int status) {
        answered++;
        complete.set((int) number);
        if (number >= firstCounted) {
            record(System.nanoTime() - intended(number));
            wrong += status == workload.expected() ? 0 : 1;
        }
    }

    /** A request without an answer has waited this long at least; left out, it would flatter the server. */
    private void countUnanswered(long now) {
        for (long number = firstCounted; number < planned; number++) {
            if (!complete.get((int) number)) {
                record(now - intended(number));
            }
        }
    }

    private void record(long nanos) {
        latencies.recordValue(Math.min(nanos, latencies.getHighestTrackableValue()));
    }
}
