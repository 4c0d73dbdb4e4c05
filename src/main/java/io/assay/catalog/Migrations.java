package io.assay.catalog;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * Brings the schema up to date. Nodes that start at once wait for each other (Flyway takes an advisory lock). Fails with 503
 * while PostgreSQL is away.
 */
final class Migrations {
    private Migrations() {}

    static Future<Void> run(Vertx vertx, CatalogConfig config) {
        return vertx.executeBlocking(
                        () -> Flyway.configure(Migrations.class.getClassLoader())
                                .dataSource(url(config), config.user(), config.password())
                                .schemas("catalog")
                                .createSchemas(true)
                                .locations("classpath:db/catalog")
                                .load()
                                .migrate(),
                        false)
                .<Void>mapEmpty()
                .recover(e -> Future.failedFuture(isAway(e) ? Database.away(e) : e));
    }

    private static boolean isAway(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && Database.isAway(String.valueOf(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    private static String url(CatalogConfig config) {
        return "jdbc:postgresql://" + config.host() + ":" + config.port() + "/" + config.database()
                + "?connectTimeout=2&loginTimeout=3&socketTimeout=30&ApplicationName=assay-migrations";
    }
}
