package io.assay.admin;

import io.assay.catalog.Catalog;
import io.assay.catalog.GlobalHoldout;
import io.assay.catalog.Layers;
import io.assay.catalog.MetricDefinition;
import io.assay.catalog.MetricDefinitions;
import io.assay.snapshot.Access;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** What experiments share: {@code /layers}, {@code /metrics-definitions} and {@code /holdout}. */
final class DefinitionRoutes {
    private final Layers layers;
    private final MetricDefinitions metrics;
    private final GlobalHoldout holdout;
    private final SnapshotFeed feed;

    DefinitionRoutes(Catalog catalog, SnapshotFeed feed) {
        this.layers = catalog.layers();
        this.metrics = catalog.metricDefinitions();
        this.holdout = catalog.holdout();
        this.feed = feed;
    }

    void mount(Router router) {
        Handler<RoutingContext> reader = Access.require(feed, Scope.ADMIN, Scope.READ);
        Handler<RoutingContext> admin = Access.require(feed, Scope.ADMIN);
        Handler<RoutingContext> body = Requests.reading();
        router.get("/layers").handler(reader).handler(this::listLayers);
        router.post("/layers").handler(admin).handler(body).handler(this::createLayer);
        router.get("/layers/:name").handler(reader).handler(this::getLayer);
        router.get("/metrics-definitions").handler(reader).handler(this::listMetrics);
        router.post("/metrics-definitions").handler(admin).handler(body).handler(this::createMetric);
        router.get("/metrics-definitions/:name").handler(reader).handler(this::getMetric);
        router.patch("/metrics-definitions/:name").handler(admin).handler(body).handler(this::patchMetric);
        router.get("/holdout").handler(reader).handler(this::getHoldout);
        router.patch("/holdout").handler(admin).handler(body).handler(this::patchHoldout);
    }

    private void listLayers(RoutingContext ctx) {
        layers.list().onSuccess(all -> Answers.json(ctx, 200, Answers.all(all))).onFailure(ctx::fail);
    }

    private void createLayer(RoutingContext ctx) {
        layers.create(Requests.body(ctx), Requests.who(ctx))
                .onSuccess(made -> Answers.created(ctx, "/layers/" + made.get("key"), made))
                .onFailure(ctx::fail);
    }

    private void getLayer(RoutingContext ctx) {
        layers.get(Requests.name(ctx))
                .onSuccess(found -> Answers.json(ctx, 200, found))
                .onFailure(ctx::fail);
    }

    private void listMetrics(RoutingContext ctx) {
        metrics.list()
                .onSuccess(all -> Answers.json(
                        ctx,
                        200,
                        Answers.all(all.stream().map(MetricDefinition::toMap).toList())))
                .onFailure(ctx::fail);
    }

    private void createMetric(RoutingContext ctx) {
        metrics.create(Requests.body(ctx), Requests.who(ctx))
                .onSuccess(made -> Answers.created(ctx, "/metrics-definitions/" + made.key(), made.toMap()))
                .onFailure(ctx::fail);
    }

    private void getMetric(RoutingContext ctx) {
        metrics.get(Requests.name(ctx))
                .onSuccess(found -> Answers.json(ctx, 200, found.toMap()))
                .onFailure(ctx::fail);
    }

    private void patchMetric(RoutingContext ctx) {
        metrics.patch(Requests.name(ctx), Requests.body(ctx), Requests.who(ctx))
                .onSuccess(changed -> Answers.json(ctx, 200, changed.toMap()))
                .onFailure(ctx::fail);
    }

    private void getHoldout(RoutingContext ctx) {
        holdout.get().onSuccess(found -> Answers.json(ctx, 200, found)).onFailure(ctx::fail);
    }

    private void patchHoldout(RoutingContext ctx) {
        holdout.change(Requests.body(ctx), Requests.who(ctx))
                .onSuccess(changed -> Answers.json(ctx, 200, changed))
                .onFailure(ctx::fail);
    }
}
