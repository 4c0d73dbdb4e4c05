package io.assay.config;

import io.assay.catalog.Catalog;
import io.assay.catalog.Versions;
import io.assay.platform.Addresses;
import io.assay.platform.HttpConfig;
import io.assay.platform.HttpService;
import io.assay.snapshot.Kind;
import io.assay.snapshot.SnapshotFeed;
import io.assay.snapshot.SourceHandle;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/** Builds what is served from the definitions, whenever they changed, and serves it to SDKs. */
public final class ConfigVerticle extends VerticleBase {
    private @Nullable Definitions definitions;
    private @Nullable Catalog catalog;
    private @Nullable HttpService http;
    private @Nullable SourceHandle database;

    public ConfigVerticle() {}

    ConfigVerticle(Definitions definitions) {
        this.definitions = definitions;
    }

    /** Ready when it listens: a database that is away takes nothing from a node that has a snapshot. */
    @Override
    public Future<?> start() {
        SnapshotFeed feed = SnapshotFeed.shared(vertx, config());
        SourceHandle source = feed.addSource(new DefinitionsSource(vertx, definitions(feed)));
        database = source;
        vertx.eventBus().consumer(Addresses.CATALOG_CHANGED, message -> source.nudge());
        HttpService service = new HttpService(vertx, "config", HttpConfig.from(config()));
        http = service;
        return service.listen(ConfigRoutes.handler(vertx, feed));
    }

    private Definitions definitions(SnapshotFeed feed) {
        if (definitions != null) {
            return definitions;
        }
        Catalog opened = Catalog.create(
                vertx,
                config(),
                () -> new Versions(feed.known(Kind.CONFIG), feed.known(Kind.EMERGENCY), feed.known(Kind.KEYS)));
        catalog = opened;
        return Definitions.of(opened);
    }

    @Override
    public Future<?> stop() {
        if (database != null) {
            database.remove();
        }
        Future<Void> drained = http == null ? Future.succeededFuture() : http.stop();
        return drained.eventually(() -> catalog == null ? Future.succeededFuture() : catalog.close());
    }
}
