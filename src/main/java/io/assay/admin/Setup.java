package io.assay.admin;

import io.assay.catalog.Catalog;
import io.assay.platform.ApiError;
import io.assay.platform.Health;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be done once before definitions can be served: the schema and the first keys. While PostgreSQL is away it is
 * tried again, requests are answered 503, and readiness says so.
 */
final class Setup {
    private static final long PAUSE_MILLIS = 1_000;
    private static final String CHECK = "definitions";
    private static final Logger log = LoggerFactory.getLogger(Setup.class);

    private final Vertx vertx;
    private final Catalog catalog;
    private final @Nullable Path keysDir;
    private volatile boolean done;
    private boolean stopped;

    Setup(Vertx vertx, Catalog catalog, @Nullable Path keysDir) {
        this.vertx = vertx;
        this.catalog = catalog;
        this.keysDir = keysDir;
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
                .onSuccess(ready -> {
                    done = true;
                    Health.of(vertx).remove(CHECK);
                });
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
