package io.assay.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** How long to wait after a failure: any time up to a bound that doubles ("full jitter"), and at least what the server asks for. */
final class Backoff {
    private static final long MAX_ASKED_SECONDS = 3_600;
    private static final int MAX_DOUBLINGS = 30;

    private final long baseNanos;
    private final double maxNanos;
    private int failures;

    Backoff(Duration base, Duration max) {
        baseNanos = base.toNanos();
        maxNanos = max.toNanos();
    }

    void succeeded() {
        failures = 0;
    }

    /** The pause in nanoseconds. */
    long failed() {
        double bound = Math.min(maxNanos, (double) baseNanos * (1 << Math.min(MAX_DOUBLINGS, failures++)));
        return (long) (bound * ThreadLocalRandom.current().nextDouble());
    }

    /** What the server asks for in whole seconds, in nanoseconds; 0 if it asks for nothing that can be read. */
    static long asked(@Nullable String retryAfter) {
        if (retryAfter == null || !retryAfter.trim().matches("[0-9]{1,9}")) {
            return 0;
        }
        long seconds = Math.min(MAX_ASKED_SECONDS, Long.parseLong(retryAfter.trim()));
        return Duration.ofSeconds(seconds).toNanos();
    }

    /** An interval give or take a tenth, so that clients that began together do not stay together. */
    static long around(Duration interval) {
        return (long)
                (interval.toNanos() * (0.9 + 0.2 * ThreadLocalRandom.current().nextDouble()));
    }
}
