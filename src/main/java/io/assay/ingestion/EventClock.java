package io.assay.ingestion;

import io.assay.platform.ApiError;
import io.assay.platform.FieldError;
import java.time.Duration;
import java.util.List;

/** The rules of time for the events of one request. */
record EventClock(long nowMillis, long shiftMillis) {
    private static final long TRUSTED_DIFFERENCE_MILLIS = 10_000;
    private static final long MAX_AHEAD_MILLIS = Duration.ofMinutes(5).toMillis();

    /** Five minutes less than what the join takes, so that nothing acknowledged is late when it is appended. */
    private static final long MAX_AGE_MILLIS =
            Duration.ofHours(71).plusMinutes(55).toMillis();

    /** A clock that shifts the batch by how far the client's clock is off, if that is more than 10 s. */
    static EventClock of(long nowMillis, EventBatch batch) {
        if (batch.sentAt() == null) {
            return new EventClock(nowMillis, 0);
        }
        long sentAt = Timestamps.read(batch.sentAt());
        if (sentAt == Timestamps.NONE) {
            String message = "sent_at is no time (expected: " + Timestamps.EXPECTED + ")";
            throw ApiError.malformed(message)
                    .withErrors(List.of(new FieldError("/sent_at", "invalid_timestamp", message)));
        }
        long difference = nowMillis - sentAt;
        return new EventClock(nowMillis, Math.abs(difference) > TRUSTED_DIFFERENCE_MILLIS ? difference : 0);
    }

    /** When an event counts that the client says happened then. */
    long resolve(long claimedMillis) {
        long millis = claimedMillis + shiftMillis;
        if (millis > nowMillis + MAX_AHEAD_MILLIS) {
            throw new Refusal("timestamp_in_future", "timestamp is more than 5 minutes ahead");
        }
        if (millis < nowMillis - MAX_AGE_MILLIS) {
            throw new Refusal("too_old", "timestamp is more than 71 hours and 55 minutes ago");
        }
        return Math.min(millis, nowMillis);
    }
}
