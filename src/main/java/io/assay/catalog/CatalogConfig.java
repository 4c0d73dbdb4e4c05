package io.assay.catalog;

import io.assay.platform.Settings;
import io.vertx.core.json.JsonObject;

/**
 * Where the PostgreSQL of the definitions is.
 *
 * @param announces whether changes are told to the cluster
 * @param generation of the counts that is served as long as nothing was ever built anew
 */
record CatalogConfig(
        String host,
        int port,
        String database,
        String user,
        String password,
        int poolSize,
        boolean announces,
        int generation) {
    static CatalogConfig from(JsonObject config) {
        Settings postgres = Settings.of(config)
                .section("postgres")
                .only("host", "port", "database", "user", "password", "poolSize");
        return new CatalogConfig(
                postgres.string("host", "127.0.0.1"),
                postgres.integer("port", 1, 65535, 5432),
                postgres.string("database", "assay"),
                postgres.string("user", "assay"),
                postgres.string("password", "assay"),
                postgres.integer("poolSize", 1, 100, 4),
                Settings.of(config).section("cluster").bool("announce", true),
                Settings.of(config).section("metrics").integer("generation", 1, Integer.MAX_VALUE, 1));
    }
}
