package io.assay.metrics;

import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;

/**
 * A record of a made-up log: an {@link Exposure}, a {@link Goal}, an {@link Erase}, a heartbeat or bytes that are none of
 * them.
 */
record LogRecord(Source source, int partition, Object what, byte[] key, byte[] value, long received) {
    /** The erasure of a user in one topic. */
    record Erase(String user, long moment) {}
}
