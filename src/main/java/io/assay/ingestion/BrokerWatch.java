package io.assay.ingestion;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What is known of the broker: away until every partition acknowledged something, and again when it acknowledges nothing
 * for too long or no connection is left while something waits, or a record is given up; then any acknowledgement brings
 * it back.
 */
final class BrokerWatch {
    private final long stallNanos;
    private volatile boolean away = true;
    private volatile boolean everWhole;
    private final AtomicLong lastAckNanos;
    private boolean wasWithoutConnection;

    BrokerWatch(long stallNanos, long nowNanos) {
        this.stallNanos = stallNanos;
        this.lastAckNanos = new AtomicLong(nowNanos);
    }

    boolean isAway() {
        return away;
    }

    /** A record is safe. Called from any thread and for each record, so nothing is written that has to be seen at once. */
    void acknowledged(long nowNanos) {
        lastAckNanos.lazySet(nowNanos);
        if (away && everWhole) {
            away = false;
        }
    }

    /** Every partition of every topic acknowledged something. Called from any thread. */
    void whole() {
        everWhole = true;
        away = false;
    }

    /** A record was given up. Called from any thread. */
    void failed() {
        away = true;
    }

    /** The producer does not know where to send a record; so it has to find every partition again. */
    void lost() {
        everWhole = false;
        away = true;
    }

    /**
     * Looks whether the broker went silent; true if it did just now.
     *
     * @param oldestNanos since when the longest waiting request waits
     */
    boolean wentSilent(long oldestNanos, long nowNanos) {
        boolean silent = nowNanos - Math.max(lastAckNanos.get(), oldestNanos) > stallNanos;
        if (silent && !away) {
            away = true;
            return true;
        }
        return false;
    }

    /**
     * Looks whether all connections are gone while something waits; true if that makes the broker away just now. Takes two looks
     * in a row, for a connection that idled is opened anew when there is something to send.
     */
    boolean wasCutOff(boolean withoutConnection) {
        boolean again = withoutConnection && wasWithoutConnection;
        wasWithoutConnection = withoutConnection;
        if (again && !away) {
            away = true;
            return true;
        }
        return false;
    }
}
