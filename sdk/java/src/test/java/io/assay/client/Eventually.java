package io.assay.client;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what has to become true, and not a moment longer. */
final class Eventually {
    private static final long PAUSE_NANOS = 2_000_000;

    private Eventually() {}

    /** Something that throws an {@link AssertionError} for as long as it does not hold. */
    @FunctionalInterface
    interface Claim {
        void check() throws Exception;
    }

    static void holds(Claim claim) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            try {
                claim.check();
                return;
            } catch (AssertionError | Exception e) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError(e.getMessage(), e);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
