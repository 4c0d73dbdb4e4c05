package io.assay.admin;

import io.assay.catalog.Catalog;
import io.assay.catalog.Experiments;
import io.assay.snapshot.Access;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /experiments}: define, list, change, launch, end. */
final class ExperimentRoutes {
    private final Catalog catalog;
    private final Experiments experiments;
    private final SnapshotFeed feed;

    ExperimentRoutes(Catalog catalog, SnapshotFeed feed) {
        this.catalog = catalog;
        this.experiments = catalog.experiments();
        this.feed = feed;
    }

    void mount(Router router) {
        Handler<RoutingContext> reader = Access.require(feed, Scope.ADMIN, Scope.READ);
        Handler<RoutingContext> admin = Access.require(feed, Scope.ADMIN);
        Handler<RoutingContext> body = Requests.reading();
        router.get("/experiments").handler(reader).handler(this::list);
        router.post("/experiments").handler(admin).handler(body).handler(this::create);
        router.get("/experiments/:name").handler(reader).handler(this::get);
        router.patch("/experiments/:name").handler(admin).handler(body).handler(this::patch);
        router.delete("/experiments/:name").handler(admin).handler(this::delete);
        router.post("/experiments/:name/kill").handler(admin).handler(this::kill);
        router.post("/experiments/:name/copy").handler(admin).handler(body).handler(this::copy);
        router.get("/experiments/:name/history").handler(admin).handler(this::history);
    }

    private void list(RoutingContext ctx) {
        Requests.onlyQuery(ctx, "status", "layer", "q", "cursor", "limit");
        experiments
                .list(Requests.filter(ctx))
                .onSuccess(page -> Answers.json(ctx, 200, Answers.page(page.items(), page.next())))
                .onFailure(ctx::fail);
    }

    private void create(RoutingContext ctx) {
        experiments
                .create(Requests.body(ctx), Requests.who(ctx))
                .onSuccess(made -> Answers.experiment(ctx, 201, made))
                .onFailure(ctx::fail);
    }

    private void get(RoutingContext ctx) {
        experiments
                .get(Requests.name(ctx))
                .onSuccess(found -> Answers.experiment(ctx, 200, found))
                .onFailure(ctx::fail);
    }

    private void patch(RoutingContext ctx) {
        experiments
                .patch(Requests.name(ctx), Requests.body(ctx), Requests.expected(ctx), Requests.who(ctx))
                .onSuccess(changed -> Answers.experiment(ctx, 200, changed))
                .onFailure(ctx::fail);
    }

    private void delete(RoutingContext ctx) {
        experiments
                .delete(Requests.name(ctx), Requests.expected(ctx), Requests.who(ctx))
                .onSuccess(deleted -> Answers.none(ctx))
                .onFailure(ctx::fail);
    }

    private void kill(RoutingContext ctx) {
        experiments
                .kill(Requests.name(ctx), Requests.expected(ctx), Requests.who(ctx))
                .onSuccess(killed -> Answers.experiment(ctx, 200, killed))
                .onFailure(ctx::fail);
    }

    private void copy(RoutingContext ctx) {
        experiments
                .copy(Requests.name(ctx), Requests.body(ctx), Requests.who(ctx))
                .onSuccess(made -> Answers.experiment(ctx, 201, made))
                .onFailure(ctx::fail);
    }

    private void history(RoutingContext ctx) {
        Requests.onlyQuery(ctx, "cursor", "limit");
        catalog.history()
                .of(Requests.name(ctx), Requests.cursor(ctx), Requests.limit(ctx))
                .onSuccess(page -> Answers.json(ctx, 200, Answers.page(page.items(), page.next())))
                .onFailure(ctx::fail);
    }
}
