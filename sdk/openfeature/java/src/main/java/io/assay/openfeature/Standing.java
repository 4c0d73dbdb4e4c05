package io.assay.openfeature;

import io.assay.client.AssayClient;
import io.assay.client.SnapshotSource;
import io.assay.client.Stats;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How good the client's snapshot is, as the client's counts tell.
 *
 * <pre>
 * what happens                                   | standing
 * no snapshot yet                                | NONE
 * a snapshot, from the server or a file          | FRESH
 * a request fails                                | FRESH
 * none has gone well since, for the time allowed | STALE
 * one goes well, with news or without            | FRESH
 * </pre>
 *
 * A client that has nothing to ask for never fails, so it is never stale. For any number of threads.
 */
final class Standing {
    /** In the order of getting better. */
    enum Of {
        NONE,
        STALE,
        FRESH
    }

    private final AssayClient client;
    private final LongSupplier nanos;
    private final long allowedNanos;
    private long wentWell = -1;
    private long failed;
    private long since;

    Standing(AssayClient client, Duration allowed, LongSupplier nanos) {
        this.client = client;
        this.nanos = nanos;
        allowedNanos = allowed.toNanos();
    }

    synchronized Of now() {
        Stats.Config config = client.stats().config();
        long well = config.applied() + config.notModified() + config.older();
        if (well != wentWell) {
            wentWell = well;
            failed = config.failed();
            since = nanos.getAsLong();
        }
        if (client.stats().source() == SnapshotSource.NONE) {
            return Of.NONE;
        }
        boolean late = nanos.getAsLong() - since > allowedNanos;
        return late && config.failed() > failed ? Of.STALE : Of.FRESH;
    }
}
