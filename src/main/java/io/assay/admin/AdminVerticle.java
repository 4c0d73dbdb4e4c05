package io.assay.admin;

import io.assay.analytics.MetricStore;
import io.assay.analytics.MetricStores;
import io.assay.catalog.Catalog;
import io.assay.catalog.Versions;
import io.assay.platform.HttpService;
import io.assay.snapshot.Kind;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** The admin stage: brings the schema up to date, makes the first keys, and serves the definitions interface. */
public final class AdminVerticle extends VerticleBase {
    private static final String OPENAPI = "openapi.yaml";

    private @Nullable SnapshotFeed feed;
    private @Nullable Catalog catalog;
    private @Nullable MetricStore exposures;
    private @Nullable ErasureLog erasures;
    private @Nullable Setup setup;
    private @Nullable HttpService http;

    public AdminVerticle() {}

    AdminVerticle(SnapshotFeed feed) {
        this.feed = feed;
    }

    @Override
    public Future<?> start() {
        AdminConfig config = AdminConfig.from(config());
        SnapshotFeed keys = feed == null ? SnapshotFeed.shared(vertx, config()) : feed;
        Catalog definitions = Catalog.create(vertx, config(), () -> known(keys));
        catalog = definitions;
        HttpService service = new HttpService(vertx, "admin", config.http());
        http = service;
        // a feed that was handed in has all the keys that it will ever have
        Setup opening = new Setup(
                vertx,
                definitions,
                config.keysDir(),
                feed == null ? () -> keys.known(Kind.KEYS) : () -> Long.MAX_VALUE);
        setup = opening;
        MetricStore recorded = MetricStores.create(vertx, config());
        exposures = recorded;
        ErasureLog erasing = new ErasureLog(vertx, config.topics(), Clock.systemUTC());
        erasures = erasing;
        return vertx.fileSystem()
                .readFile(OPENAPI)
                .map(openapi -> {
                    Router router = router(openapi, opening);
                    new ExperimentRoutes(definitions, keys).mount(router);
                    new PreviewRoute(vertx, definitions, keys).mount(router);
                    new UserRoute(definitions, recorded, keys).mount(router);
                    new ErasureRoute(erasing, keys).mount(router);
                    new DefinitionRoutes(definitions, keys).mount(router);
                    new KeyRoutes(definitions, keys).mount(router);
                    new RebuildRoutes(definitions, recorded, keys).mount(router);
                    return router;
                })
                .compose(service::listen)
                .compose(listening -> opening.begin());
    }

    private static Versions known(SnapshotFeed feed) {
        return new Versions(feed.known(Kind.CONFIG), feed.known(Kind.EMERGENCY), feed.known(Kind.KEYS));
    }

    private Router router(Buffer openapi, Setup opening) {
        Router router = HttpService.router(vertx);
        router.get("/openapi.yaml").handler(ctx -> ctx.response()
                .putHeader("Content-Type", "application/yaml")
                .end(openapi)
                .onFailure(ctx::fail));
        router.route().handler(opening::require);
        return router;
    }

    @Override
    public Future<?> stop() {
        if (setup != null) {
            setup.stop();
        }
        Future<Void> drained = http == null ? Future.succeededFuture() : http.stop();
        return drained.eventually(() -> catalog == null ? Future.succeededFuture() : catalog.close())
                .eventually(() -> exposures == null ? Future.succeededFuture() : exposures.close())
                .eventually(() -> erasures == null ? Future.succeededFuture() : erasures.close());
    }
}
