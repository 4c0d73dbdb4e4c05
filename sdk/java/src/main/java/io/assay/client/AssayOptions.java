package io.assay.client;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a client behaves; what is not set has the value that is good for a service. {@link #build} makes the client. */
public final class AssayOptions {
    final @Nullable String url;
    final @Nullable String key;

    @Nullable
    Path snapshotFile;

    Duration pollInterval = Duration.ofSeconds(30);
    Duration emergencyInterval = Duration.ofSeconds(5);
    Duration flushInterval = Duration.ofSeconds(5);
    Duration requestTimeout = Duration.ofSeconds(10);
    Duration closeTimeout = Duration.ofSeconds(5);
    Duration retryBase = Duration.ofSeconds(1);
    Duration retryMax = Duration.ofMinutes(1);
    int batchSize = 100;
    int queueCapacity = 10_000;
    int cachedUsers = 8_192;
    int cachedExposures = 1 << 17;

    AssayOptions(@Nullable String url, @Nullable String key) {
        this.url = url;
        this.key = key;
    }

    /** Keeps the last good snapshot in this file, for a start without the server. Without one nothing is written. */
    public AssayOptions snapshotFile(@Nullable Path file) {
        snapshotFile = file;
        return this;
    }

    /** How often the snapshot is asked for, give or take 10 %; 30 s. */
    public AssayOptions pollInterval(Duration interval) {
        pollInterval = positive(interval, pollInterval);
        return this;
    }

    /** How often the emergency list is asked for; 5 s. */
    public AssayOptions emergencyInterval(Duration interval) {
        emergencyInterval = positive(interval, emergencyInterval);
        return this;
    }

    /** How long an event may wait for others to travel with; 5 s. */
    public AssayOptions flushInterval(Duration interval) {
        flushInterval = positive(interval, flushInterval);
        return this;
    }

    /** After what time a request has failed; 10 s. */
    public AssayOptions requestTimeout(Duration timeout) {
        requestTimeout = positive(timeout, requestTimeout);
        return this;
    }

    /** How long {@link AssayClient#close} may take to send what is queued; 5 s. */
    public AssayOptions closeTimeout(Duration timeout) {
        closeTimeout = positive(timeout, closeTimeout);
        return this;
    }

    /** How long the first pause after a failure is at most; it doubles up to {@link #retryMax}. 1 s. */
    public AssayOptions retryBase(Duration base) {
        retryBase = positive(base, retryBase);
        return this;
    }

    /** How long a pause after a failure is at most, unless the server asks for more; 1 min. */
    public AssayOptions retryMax(Duration max) {
        retryMax = positive(max, retryMax);
        return this;
    }

    /** How many events travel together, 1 to 1,000; 100. */
    public AssayOptions batchSize(int events) {
        batchSize = Math.max(1, Math.min(1_000, events));
        return this;
    }

    /** How many events may wait, before the oldest are dropped; 10,000. */
    public AssayOptions queueCapacity(int events) {
        queueCapacity = Math.max(1, events);
        return this;
    }

    /** How many users' evaluations are remembered; 8,192. One takes a byte per experiment and about 150 more. */
    public AssayOptions cachedUsers(int users) {
        cachedUsers = Math.max(2, Math.min(1 << 22, users));
        return this;
    }

    /** How many exposures are remembered, so that they are not sent again; 131,072. One takes 8 bytes, from the start. */
    public AssayOptions cachedExposures(int exposures) {
        cachedExposures = Math.max(8, Math.min(1 << 23, exposures));
        return this;
    }

    /** The client: here at once, the snapshot comes when it comes. */
    public AssayClient build() {
        return AssayClient.connected(this);
    }

    private static Duration positive(@Nullable Duration value, Duration otherwise) {
        return value == null || value.isZero() || value.isNegative() || value.toDays() > 365 ? otherwise : value;
    }
}
