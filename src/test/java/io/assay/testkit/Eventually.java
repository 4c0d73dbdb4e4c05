package io.assay.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what has to become true, and not a moment longer. */
public final class Eventually {
    private static final long PAUSE_NANOS = 5_000_000;

    private Eventually() {}

    /** Something that throws an {@link AssertionError} for as long as it does not hold. */
    @FunctionalInterface
    public interface Claim {
        void check() throws Exception;
    }

    /** Checks again and again; after the given time the last failure stands. */
    public static void within(Duration time, Claim claim) throws Exception {
        long deadline = System.nanoTime() + time.toNanos();
        while (true) {
            try {
                claim.check();
                return;
            } catch (AssertionError | Exception e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
