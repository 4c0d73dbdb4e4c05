package io.assay.catalog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where an experiment is in its life and when it got there.
 *
 * @param killed since when it is on the emergency list; null: it is not
 * @param served whether it is in the snapshot
 */
public record Life(
        Status status,
        Instant created,
        @Nullable Instant launched,
        @Nullable Instant concluded,
        @Nullable Instant killed,
        boolean served) {
    Life launchedAt(Instant now) {
        return new Life(Status.ACTIVE, created, now, null, null, false);
    }

    /** Active again; it leaves the emergency list. */
    Life resumed() {
        return new Life(Status.ACTIVE, created, launched, null, null, false);
    }

    Life paused() {
        return new Life(Status.PAUSED, created, launched, null, killed, false);
    }

    Life killedAt(Instant now) {
        return new Life(Status.PAUSED, created, launched, null, now, false);
    }

    /** Over; a killed one stays on the emergency list for a while. */
    Life concludedAt(Instant now) {
        return new Life(Status.CONCLUDED, created, launched, now, killed, false);
    }

    Life forgiven() {
        return new Life(status, created, launched, concluded, null, served);
    }

    Life served(boolean is) {
        return new Life(status, created, launched, concluded, killed, is);
    }
}
