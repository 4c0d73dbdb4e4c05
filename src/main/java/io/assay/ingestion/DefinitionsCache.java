package io.assay.ingestion;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The definitions as last seen. Whoever doubts them asks for a look that begins after the question; all who ask meanwhile
 * share one look, and looks have a least distance, so that junk never becomes load on the catalog. Belongs to one event
 * loop.
 */
final class DefinitionsCache {
    private static final Logger log = LoggerFactory.getLogger(DefinitionsCache.class);
    private static final long LOOK_TIMEOUT_MILLIS = 3_000;

    /** While everything starts, one failure says nothing. */
    private static final int TOLERATED_FAILURES = 3;

    private final Vertx vertx;
    private final Supplier<Future<Definitions>> catalog;
    private final long gapMillis;
    private Definitions current = Definitions.NONE;
    private @Nullable Promise<Definitions> next;
    private boolean looking;
    private long lastBegunNanos;
    private volatile boolean everSeen;
    private volatile long seenNanos = System.nanoTime();
    private int failures;

    /** @param gapMillis the least time from the beginning of one look to the beginning of the next */
    DefinitionsCache(Vertx vertx, Supplier<Future<Definitions>> catalog, long gapMillis) {
        this.vertx = vertx;
        this.catalog = catalog;
        this.gapMillis = gapMillis;
        this.lastBegunNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(gapMillis);
    }

    Definitions current() {
        return current;
    }

    /** False until the first look succeeded. */
    boolean everSeen() {
        return everSeen;
    }

    /** Since the beginning of the look that {@link #current} comes from, or since the start. From any thread. */
    double ageSeconds() {
        return (System.nanoTime() - seenNanos) / 1e9;
    }

    /** The definitions by a look that begins after this call; fails if the catalog does not answer. */
    Future<Definitions> look() {
        Promise<Definitions> asked = next;
        if (asked == null) {
            asked = Promise.promise();
            next = asked;
            if (!looking) {
                schedule();
            }
        }
        return asked.future();
    }

    private void schedule() {
        long passed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastBegunNanos);
        if (passed >= gapMillis) {
            begin();
        } else {
            vertx.setTimer(gapMillis - passed, id -> begin());
        }
    }

    private void begin() {
        Promise<Definitions> asked = next;
        if (asked == null || looking) {
            return;
        }
        next = null;
        looking = true;
        lastBegunNanos = System.nanoTime();
        Future.succeededFuture()
                .compose(v -> catalog.get())
                .timeout(LOOK_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .onComplete(seen -> {
                    looking = false;
                    if (seen.succeeded()) {
                        current = seen.result();
                        everSeen = true;
                        seenNanos = lastBegunNanos;
                        failures = 0;
                        asked.complete(current);
                    } else {
                        if (++failures == TOLERATED_FAILURES) {
                            log.warn("The definitions can't be read: {}", String.valueOf(seen.cause()));
                        }
                        asked.fail(seen.cause());
                    }
                    if (next != null) {
                        schedule();
                    }
                });
    }
}
