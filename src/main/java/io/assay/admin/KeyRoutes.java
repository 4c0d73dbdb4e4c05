package io.assay.admin;

import io.assay.catalog.ApiKeys;
import io.assay.catalog.Catalog;
import io.assay.snapshot.Access;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code /keys}: made, listed without secrets, revoked. */
final class KeyRoutes {
    private final ApiKeys keys;
    private final SnapshotFeed feed;

    KeyRoutes(Catalog catalog, SnapshotFeed feed) {
        this.keys = catalog.keys();
        this.feed = feed;
    }

    void mount(Router router) {
        Handler<RoutingContext> admin = Access.require(feed, Scope.ADMIN);
        Handler<RoutingContext> body = Requests.reading();
        router.get("/keys").handler(admin).handler(this::list);
        router.post("/keys").handler(admin).handler(body).handler(this::create);
        router.get("/keys/:name").handler(admin).handler(this::get);
        router.delete("/keys/:name").handler(admin).handler(this::revoke);
    }

    private void list(RoutingContext ctx) {
        keys.list().onSuccess(all -> Answers.json(ctx, 200, Answers.all(all))).onFailure(ctx::fail);
    }

    /** The only answer that ever holds the key itself. */
    private void create(RoutingContext ctx) {
        keys.create(Requests.body(ctx), Requests.who(ctx))
                .onSuccess(made -> {
                    Map<String, Object> view = new LinkedHashMap<>(made.view());
                    view.put("key", made.secret());
                    Answers.created(ctx, "/keys/" + view.get("id"), view);
                })
                .onFailure(ctx::fail);
    }

    private void get(RoutingContext ctx) {
        keys.get(Requests.name(ctx))
                .onSuccess(found -> Answers.json(ctx, 200, found))
                .onFailure(ctx::fail);
    }

    private void revoke(RoutingContext ctx) {
        keys.revoke(Requests.name(ctx), Requests.who(ctx))
                .onSuccess(revoked -> Answers.none(ctx))
                .onFailure(ctx::fail);
    }
}
