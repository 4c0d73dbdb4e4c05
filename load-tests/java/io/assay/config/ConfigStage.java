package io.assay.config;

import io.assay.platform.HttpConfig;
import io.assay.platform.HttpService;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** The routes of the config stage without definitions behind them: they serve what the feed is offered. */
public final class ConfigStage extends VerticleBase {
    private ConfigStage() {}

    public static VerticleBase verticle() {
        return new ConfigStage();
    }

    @Override
    public Future<?> start() {
        return new HttpService(vertx, "config", HttpConfig.from(config()))
                .listen(ConfigRoutes.handler(vertx, SnapshotFeed.shared(vertx, config())));
    }
}
