package io.assay.admin;

import io.assay.catalog.Catalog;
import io.assay.platform.ApiError;
import io.assay.platform.Health;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be done once before definitions can be served: the schema and the first keys. While PostgreSQL is away it is
 * tried again, requests are answered 503, and readiness says so, until the keys of the database are in force here.
 */
final class Setup {
    private static final long PAUSE_MILLIS = 1_000;
    private static final String CHECK = "definitions";
    private static final Logger log = LoggerFactory.getLogger(Setup.class);

    private final Vertx vertx;
    private final Catalog catalog;
    private final @Nullable Path keysDir;
    private final LongSupplier keysInForce;
    private volatile boolean done;
    private boolean stopped;

    /** With the version of the keys that are in force on this node. */
    Setup(Vertx vertx, Catalog catalog, @Nullable Path keysDir, LongSupplier keysInForce) {
        this.vertx = vertx;
        this.catalog = catalog;
        this.keysDir = keysDir;
        this.keysInForce = keysInForce;
    }

    /** Completes after the first try, also if PostgreSQL is away; fails for what waiting does not mend. */
    Future<Void> begin() {
        Health.of(vertx).ready(CHECK, () -> "PostgreSQL could not be reached yet");
        return attempt().recover(e -> {
            if (!isAway(e)) {
                return Future.failedFuture(e);
            }
            log.warn("PostgreSQL can't be reached; definitions are answered 503 until it can");
            again();
            return Future.succeededFuture();
        });
    }

    private Future<Void> attempt() {
        return catalog.migrate()
                .compose(migrated -> keysDir == null ? Future.succeededFuture() : catalog.bootstrapKeys(keysDir))
                .compose(there -> catalog.versions())
                .onSuccess(versions -> {
                    done = true;
                    Health.of(vertx).ready(CHECK, () -> keysProblem(versions.keys()));
                })
                .mapEmpty();
    }

    /** The first keys travel like all keys: whoever uses one at once would be told that it is not known. */
    private String keysProblem(long needed) {
        if (keysInForce.getAsLong() < needed) {
            return "the keys are not in force yet";
        }
        Health.of(vertx).remove(CHECK);
        return "";
    }

    private void again() {
        vertx.setTimer(PAUSE_MILLIS, timer -> {
            if (!stopped) {
                attempt()
                        .onSuccess(ready -> log.info("Definitions can be reached now"))
                        .onFailure(this::failed);
            }
        });
    }

    private void failed(Throwable e) {
        if (!isAway(e)) {
            log.error("Definitions can't be set up; trying again", e);
        }
        again();
    }

    private static boolean isAway(Throwable e) {
        return e instanceof ApiError refusal && refusal.status() == 503;
    }

    /** Lets requests through once everything is there. */
    void require(RoutingContext ctx) {
        if (!done) {
            throw ApiError.unavailable("The definitions can't be reached yet.", 2);
        }
        ctx.next();
    }

    void stop() {
        stopped = true;
        Health.of(vertx).remove(CHECK);
    }
}
