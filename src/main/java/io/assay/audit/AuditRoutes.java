package io.assay.audit;

import io.assay.catalog.Generations;
import io.assay.catalog.Measured;
import io.assay.catalog.MeasuredExperiment;
import io.assay.platform.ApiError;
import io.assay.snapshot.Access;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;

/** {@code /experiments/{id}/audit}: begins an audit, and tells what it has found. */
final class AuditRoutes {
    private final Auditor auditor;
    private final Supplier<Future<Measured>> measured;
    private final SnapshotFeed feed;

    AuditRoutes(Auditor auditor, Supplier<Future<Measured>> measured, SnapshotFeed feed) {
        this.auditor = auditor;
        this.measured = measured;
        this.feed = feed;
    }

    void mount(Router router) {
        Handler<RoutingContext> admin = Access.require(feed, Scope.ADMIN);
        router.post("/experiments/:id/audit").handler(admin).handler(this::begin);
        router.get("/experiments/:id/audit").handler(admin).handler(this::get);
    }

    private void begin(RoutingContext ctx) {
        measured.get()
                .map(all -> auditor.begin(find(ctx, all), all, generation(ctx, all.generations())))
                .onSuccess(report -> answer(ctx, 202, report))
                .onFailure(ctx::fail);
    }

    private void get(RoutingContext ctx) {
        measured.get()
                .map(all -> auditor.newest(find(ctx, all).id())
                        .orElseThrow(() -> ApiError.notFound("It was not audited since this node began.")))
                .onSuccess(report -> answer(ctx, 200, report))
                .onFailure(ctx::fail);
    }

    private static MeasuredExperiment find(RoutingContext ctx, Measured measured) {
        String name = ctx.pathParam("id");
        return measured.experiments().stream()
                .filter(e -> e.id().equals(name) || e.key().equals(name))
                .findFirst()
                .orElseThrow(() -> ApiError.notFound("No experiment of this id or key was ever launched."));
    }

    private static int generation(RoutingContext ctx, Generations generations) {
        String asked = ctx.queryParam("generation").stream().findFirst().orElse("served");
        Integer building = generations.building();
        if (asked.equals("served")) {
            return generations.served();
        }
        if (!asked.equals("building")) {
            throw ApiError.malformed("generation: expected served or building");
        }
        if (building == null) {
            throw ApiError.conflict("not_rebuilding", "Nothing is being built.");
        }
        return building;
    }

    private static void answer(RoutingContext ctx, int status, Report report) {
        ctx.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "private, no-store")
                .end(report.view().toBuffer())
                .onFailure(ctx::fail);
    }
}
