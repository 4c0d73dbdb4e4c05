package io.assay.ingestion;

import java.util.concurrent.TimeUnit;

/**
 * How many events may come: so many a second, and so many at once after a pause. 0 a second is no limit.
 *
 * @param burst at least one
 */
record Rate(long perSecond, long burst) {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    boolean isLimited() {
        return perSecond > 0;
    }

    /** What one event uses up. */
    long nanosPerEvent() {
        return SECOND / perSecond;
    }

    /** What a whole burst uses up. */
    long burstNanos() {
        return burst * nanosPerEvent();
    }

    /** Whole seconds, at least one, for a wait. */
    static int seconds(long nanos) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, (nanos + SECOND - 1) / SECOND));
    }
}
