package io.assay.admin;

import io.assay.engine.UserId;
import io.assay.platform.ApiError;
import io.assay.snapshot.Access;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code DELETE /users/{user_id}}: what was recorded of a user so far counts no more and is removed. */
final class ErasureRoute {
    private static final Logger log = LoggerFactory.getLogger(ErasureRoute.class);

    private final ErasureLog erasures;
    private final SnapshotFeed feed;

    ErasureRoute(ErasureLog erasures, SnapshotFeed feed) {
        this.erasures = erasures;
        this.feed = feed;
    }

    void mount(Router router) {
        router.delete("/users/:user").handler(Access.require(feed, Scope.ADMIN)).handler(this::erase);
    }

    /** Who asked is told, who it was about is what is to be forgotten. */
    private void erase(RoutingContext ctx) {
        String user = Objects.requireNonNull(ctx.pathParam("user"));
        if (!UserId.isValid(user)) {
            throw ApiError.malformed("user_id is not valid (expected: " + UserId.EXPECTED + ").");
        }
        String who = Requests.who(ctx);
        erasures.erase(user)
                .onSuccess(safe -> {
                    log.info("The key {} had a user erased", who);
                    ctx.response().setStatusCode(202).end().onFailure(ctx::fail);
                })
                .onFailure(ctx::fail);
    }
}
