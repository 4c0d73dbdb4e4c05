package io.assay.analytics;

import io.assay.platform.Settings;
import io.vertx.core.json.JsonObject;

/** Where the PostgreSQL of the counts is. */
record AnalyticsConfig(String host, int port, String database, String user, String password, int poolSize) {
    static AnalyticsConfig from(JsonObject config) {
        var analytics = section(config);
        return new AnalyticsConfig(
                analytics.string("host", "127.0.0.1"),
                analytics.integer("port", 1, 65535, 5432),
                analytics.string("database", "assay"),
                analytics.string("user", "assay"),
                analytics.string("password", "assay"),
                analytics.integer("poolSize", 1, 100, 4));
    }

    /** The section of all stores; what another store needs is no mistake here. */
    static Settings section(JsonObject config) {
        return Settings.of(config)
                .section("analytics")
                .only("store", "uri", "host", "port", "database", "user", "password", "poolSize");
    }
}
