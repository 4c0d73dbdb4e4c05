package io.assay.assignment;

import io.assay.platform.HttpService;
import io.assay.snapshot.SnapshotFeed;
import io.assay.snapshot.Subscription;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** The verticle of {@code /assignments}. */
public class AssignmentVerticle extends VerticleBase {
    private final @Nullable SnapshotFeed given;
    private @Nullable HttpService http;
    private @Nullable Subscription subscription;
    private @Nullable AssignmentRoutes routes;

    public AssignmentVerticle() {
        this(null);
    }

    AssignmentVerticle(@Nullable SnapshotFeed feed) {
        given = feed;
    }

    @Override
    public Future<?> start() {
        AssignmentConfig config = AssignmentConfig.from(config());
        SnapshotFeed feed = given == null ? SnapshotFeed.shared(vertx, config()) : given;
        HttpService service = new HttpService(vertx, "assignment", config.http());
        http = service;
        Current current = new Current();
        return feed.onChange(current::set)
                .onSuccess(added -> subscription = added)
                .compose(compiled -> service.listen(handler(config, feed, current), AssignmentRoutes.FAST));
    }

    Handler<HttpServerRequest> handler(AssignmentConfig config, SnapshotFeed feed, Current current) {
        AssignmentRoutes made = new AssignmentRoutes(feed, current);
        routes = made;
        return made.handler(vertx, config);
    }

    @Override
    public Future<?> stop() {
        Future<Void> drained = http == null ? Future.succeededFuture() : http.stop();
        return drained.onComplete(done -> {
            if (subscription != null) {
                subscription.cancel();
            }
            if (routes != null) {
                routes.close();
            }
        });
    }
}
