package io.assay.metrics;

import io.assay.analytics.Batch.Progress;
import java.nio.ByteBuffer;

/** How far one partition is in both topics, by the broker's clock, and what can therefore no longer change. */
class Watermarks {
    /** Records received later than this after they happened do not count. */
    static final long LATENESS = 72 * 3_600_000L;

    /** How far the broker's clock may step back, say when another broker takes over the partition. */
    static final long SLACK = 3_600_000;

    /** Records from further in the future than this do not count. */
    static final long AHEAD = 300_000;

    static final long NEVER = Long.MIN_VALUE;

    private static final long UNKNOWN = -1;

    protected long exposures = NEVER;
    protected long events = NEVER;
    private long nextExposure = UNKNOWN;
    private long nextEvent = UNKNOWN;

    void advance(Source source, long offset, long received) {
        if (source == Source.EXPOSURES) {
            nextExposure = offset + 1;
            exposures = Math.max(exposures, received);
        } else {
            nextEvent = offset + 1;
            events = Math.max(events, received);
        }
    }

    /** What was taken so far. */
    Progress progress() {
        return new Progress(nextExposure, nextEvent, Math.max(UNKNOWN, Math.max(exposures, events)));
    }

    /** Everything received until then has been seen, in both topics. */
    long received() {
        return Math.min(exposures, events);
    }

    /**
     * No record that counts can still come for a time before this. It must follow the slower topic: an exposure that waits
     * there may be as old as that topic's clock allows.
     */
    long horizon() {
        return behind(received());
    }

    protected long behind(long received) {
        return received == NEVER ? NEVER : received - LATENESS - SLACK;
    }

    byte[] toBytes() {
        return ByteBuffer.allocate(32)
                .putLong(exposures)
                .putLong(events)
                .putLong(nextExposure)
                .putLong(nextEvent)
                .array();
    }

    void restore(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        exposures = in.getLong();
        events = in.getLong();
        boolean isOlderForm = !in.hasRemaining();
        nextExposure = isOlderForm ? UNKNOWN : in.getLong();
        nextEvent = isOlderForm ? UNKNOWN : in.getLong();
    }
}
