package io.assay.admin;

import io.assay.analytics.Batch.FirstExposure;
import io.assay.analytics.MetricStore;
import io.assay.catalog.Catalog;
import io.assay.catalog.Experiments;
import io.assay.catalog.Measurement;
import io.assay.engine.UserId;
import io.assay.platform.ApiError;
import io.assay.snapshot.Access;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /experiments/{id}/users/{user_id}}: what a user gets and why, and the first exposure that was recorded. */
final class UserRoute {
    private static final long PATIENCE_MILLIS = 1_000;
    private static final String NOTE = "first_exposure_note";
    private static final Logger log = LoggerFactory.getLogger(UserRoute.class);

    private final Experiments experiments;
    private final MetricStore exposures;
    private final Measurement measurement;
    private final SnapshotFeed feed;

    UserRoute(Catalog catalog, MetricStore exposures, SnapshotFeed feed) {
        this.experiments = catalog.experiments();
        this.exposures = exposures;
        this.measurement = catalog.measurement();
        this.feed = feed;
    }

    void mount(Router router) {
        router.get("/experiments/:name/users/:user")
                .handler(Access.require(feed, Scope.ADMIN, Scope.READ))
                .handler(this::explain);
    }

    private void explain(RoutingContext ctx) {
        String user = Objects.requireNonNull(ctx.pathParam("user"));
        if (!UserId.isValid(user)) {
            throw ApiError.malformed("user_id is not valid (expected: " + UserId.EXPECTED + ").");
        }
        experiments
                .explain(Requests.name(ctx), user, Requests.attributes(ctx))
                .compose(explained -> firstExposure(explained.experimentId(), user)
                        .map(first -> {
                            Map<String, Object> view = explained.view();
                            view.putAll(first);
                            return view;
                        }))
                .onSuccess(view -> Answers.json(ctx, 200, view))
                .onFailure(ctx::fail);
    }

    private Future<Map<String, Object>> firstExposure(String experimentId, String user) {
        return measurement
                .generations()
                .compose(generations -> exposures.firstExposure(generations.served(), experimentId, user))
                .timeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .map(UserRoute::view)
                .recover(e -> {
                    log.debug("The first exposure can't be read: {}", e.toString());
                    Map<String, Object> view = view(Optional.empty());
                    view.put(NOTE, "The recorded exposures can't be reached at the moment.");
                    return Future.succeededFuture(view);
                });
    }

    private static Map<String, Object> view(Optional<FirstExposure> recorded) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("first_exposure", null);
        recorded.ifPresent(first -> {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("variant", first.variant());
            shown.put("at", Instant.ofEpochMilli(first.ts()).toString());
            view.put("first_exposure", shown);
        });
        return view;
    }
}
