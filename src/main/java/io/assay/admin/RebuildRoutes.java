package io.assay.admin;

import io.assay.analytics.MetricStore;
import io.assay.catalog.Catalog;
import io.assay.catalog.Generations;
import io.assay.catalog.Measured;
import io.assay.platform.ApiError;
import io.assay.snapshot.Access;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /rebuild}: a new generation of all counts is built beside the served one, compared with it, and takes its place. */
final class RebuildRoutes {
    private static final int RETRY_SECONDS = 5;
    private static final Duration COMPARISON_HOLDS = Duration.ofMinutes(5);
    private static final Logger log = LoggerFactory.getLogger(RebuildRoutes.class);

    private final Catalog catalog;
    private final MetricStore store;
    private final SnapshotFeed feed;
    private @Nullable Same same;

    /** Generations of which a comparison found that all is equal, and when it began. */
    private record Same(Generations generations, long nanos) {}

    RebuildRoutes(Catalog catalog, MetricStore store, SnapshotFeed feed) {
        this.catalog = catalog;
        this.store = store;
        this.feed = feed;
    }

    void mount(Router router) {
        Handler<RoutingContext> admin = Access.require(feed, Scope.ADMIN);
        router.get("/rebuild").handler(admin).handler(this::get);
        router.post("/rebuild").handler(admin).handler(this::begin);
        router.delete("/rebuild").handler(admin).handler(this::giveUp);
        router.post("/rebuild/flip").handler(admin).handler(this::flip);
    }

    private void get(RoutingContext ctx) {
        Requests.onlyQuery(ctx, "compare");
        boolean compares = ctx.queryParam("compare").contains("true");
        catalog.measured()
                .compose(measured -> now(measured.generations()).compose(rebuild -> {
                    Map<String, @Nullable Object> view = rebuild.view();
                    if (!compares || measured.generations().building() == null) {
                        return Future.succeededFuture(view);
                    }
                    return compare(rebuild, measured).map(comparison -> {
                        view.put("comparison", comparison.view());
                        return view;
                    });
                }))
                .onSuccess(view -> Answers.json(ctx, 200, view))
                .onFailure(ctx::fail);
    }

    private void begin(RoutingContext ctx) {
        catalog.measurement()
                .begin(Requests.who(ctx))
                .compose(this::now)
                .onSuccess(rebuild -> Answers.created(ctx, "/rebuild", rebuild.view()))
                .onFailure(ctx::fail);
    }

    private void giveUp(RoutingContext ctx) {
        building()
                .compose(generations -> catalog.measurement().giveUp(number(generations), Requests.who(ctx)))
                .onSuccess(generations -> Answers.none(ctx))
                .onFailure(ctx::fail);
    }

    private void flip(RoutingContext ctx) {
        Requests.onlyQuery(ctx, "accept");
        List<String> accepted = ctx.queryParam("accept");
        catalog.measured()
                .compose(measured -> now(requireBuilding(measured.generations()))
                        .compose(rebuild -> {
                            if (!rebuild.isCaughtUp()) {
                                throw ApiError.conflict("not_caught_up", "What is built is behind what is served.")
                                        .with(Map.of(
                                                "partitions",
                                                Objects.requireNonNull(
                                                        rebuild.view().get("partitions"))));
                            }
                            return requireSame(rebuild, measured, accepted);
                        })
                        .compose(v -> {
                            if (ctx.response().closed()) {
                                throw ApiError.conflict(
                                        "gone", "Nobody waits for the answer any more; nothing was done.");
                            }
                            return catalog.measurement().flip(number(measured.generations()), Requests.who(ctx));
                        }))
                .compose(this::now)
                .onSuccess(rebuild -> Answers.json(ctx, 200, rebuild.view()))
                .onFailure(ctx::fail);
    }

    /** What was compared a moment ago need not be compared again, and what is accepted whatever comes of it not at all. */
    private Future<Void> requireSame(Rebuild rebuild, Measured measured, List<String> accepted) {
        boolean isKnown = same != null
                && same.generations().equals(measured.generations())
                && System.nanoTime() - same.nanos() < COMPARISON_HOLDS.toNanos();
        if (isKnown || accepted.containsAll(List.of("differences", "moving"))) {
            return Future.succeededFuture();
        }
        return compare(rebuild, measured).map(comparison -> {
            requireSame(comparison, accepted);
            return null;
        });
    }

    private static void requireSame(Rebuild.Comparison comparison, List<String> accepted) {
        if (comparison.hasDifferences() && !accepted.contains("differences")) {
            throw ApiError.conflict(
                            "differences",
                            "What is built differs from what is served; ?accept=differences serves it all the same.")
                    .with(comparison.view());
        }
        if (comparison.isOpen() && !accepted.contains("moving")) {
            throw ApiError.conflict(
                            "moving",
                            "Some experiments move; audit what is built of them, then ?accept=moving serves it.")
                    .with(comparison.view());
        }
    }

    private Future<Generations> building() {
        return catalog.measurement().generations().map(RebuildRoutes::requireBuilding);
    }

    private static Generations requireBuilding(Generations generations) {
        if (generations.building() == null) {
            throw ApiError.conflict("not_rebuilding", "Nothing is being built; POST /rebuild begins.");
        }
        return generations;
    }

    private static int number(Generations generations) {
        return Objects.requireNonNull(generations.building());
    }

    private Future<Rebuild> now(Generations generations) {
        return Rebuild.of(store, generations).recover(RebuildRoutes::away);
    }

    private Future<Rebuild.Comparison> compare(Rebuild rebuild, Measured measured) {
        long begun = System.nanoTime();
        return rebuild.compare(measured.experiments())
                .onSuccess(comparison -> same = comparison.isEqual() ? new Same(measured.generations(), begun) : null)
                .recover(RebuildRoutes::away);
    }

    private static <T> Future<T> away(Throwable failure) {
        log.warn("The counts can't be read: {}", failure.toString());
        return Future.failedFuture(ApiError.unavailable("The counts can't be read at the moment.", RETRY_SECONDS));
    }
}
