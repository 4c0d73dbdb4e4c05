package io.assay.metrics;

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

    protected long exposures = NEVER;
    protected long events = NEVER;

    void advance(Source source, long received) {
        if (source == Source.EXPOSURES) {
            exposures = Math.max(exposures, received);
        } else {
            events = Math.max(events, received);
        }
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
        return ByteBuffer.allocate(16).putLong(exposures).putLong(events).array();
    }

    void restore(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        exposures = in.getLong();
        events = in.getLong();
    }
}
