package io.assay.metrics;

import io.assay.platform.Meters;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What follows when a thread of the join fails: another takes over from the last commit, later each time it fails again. */
final class Restarts {
    private static final Logger log = LoggerFactory.getLogger(Restarts.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    /** After that long without a failure it begins anew. */
    private static final Duration CALM = Duration.ofMinutes(5);

    private final Counter restarts = Meters.registry().counter("assay.join.restarts");
    private final LongSupplier nanos;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable Failure last;

    /** @param count how many there were by then, each soon after the one before */
    private record Failure(int count, long at, String cause) {}

    Restarts(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Called on the thread that fails, which it holds for a while; false if none is to take over. */
    boolean follows(Throwable e) {
        if (isClosing()) {
            return false;
        }
        var pause = note(e);
        log.error("A thread of the join failed; another goes on from the last commit in {}", pause, e);
        try {
            return !closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** How long to wait after this failure. */
    Duration note(Throwable e) {
        long now = nanos.getAsLong();
        var before = last;
        int count = before != null && now - before.at < CALM.toNanos() ? before.count + 1 : 1;
        last = new Failure(count, now, e.toString());
        restarts.increment();
        var pause = SHORTEST_PAUSE.multipliedBy(1L << Math.min(count - 1, 6));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    /** "" or that it failed not long ago, more than once. */
    String problem() {
        var failure = last;
        if (failure == null
                || failure.count <= 1
                || nanos.getAsLong() - failure.at
                        >= LONGEST_PAUSE.multipliedBy(2).toNanos()) {
            return "";
        }
        return "threads of the join failed " + failure.count + " times, at last: " + failure.cause;
    }

    boolean isClosing() {
        return closing.getCount() == 0;
    }

    void close() {
        closing.countDown();
    }
}
