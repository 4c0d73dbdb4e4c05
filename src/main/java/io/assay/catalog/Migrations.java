package io.assay.catalog;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import org.flywaydb.core.Flyway;

/** Brings the schema up to date. Nodes that start at once wait for each other (Flyway takes an advisory lock). */
final class Migrations {
    private Migrations() {}

    static Future<Void> run(Vertx vertx, CatalogConfig config) {
        return vertx.executeBlocking(
                        () -> Flyway.configure(Migrations.class.getClassLoader())
                                .dataSource(url(config), config.user(), config.password())
                                .schemas("catalog")
                                .createSchemas(true)
                                .locations("classpath:db/catalog")
                                .connectRetries(10)
                                .load()
                                .migrate(),
                        false)
                .mapEmpty();
    }

    private static String url(CatalogConfig config) {
        return "jdbc:postgresql://" + config.host() + ":" + config.port() + "/" + config.database()
                + "?connectTimeout=5&ApplicationName=assay-migrations";
    }
}
