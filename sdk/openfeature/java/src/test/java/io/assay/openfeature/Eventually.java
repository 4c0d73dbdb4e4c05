package io.assay.openfeature;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what comes about on other threads. */
final class Eventually {
    private static final long DEADLINE_NANOS = Duration.ofSeconds(60).toNanos();

    private Eventually() {}

    static void holds(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not come about: " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
