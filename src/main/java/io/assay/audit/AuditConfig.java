package io.assay.audit;

import io.assay.platform.HttpConfig;
import io.assay.platform.Settings;
import io.assay.platform.Topics;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;

/**
 * How audits run.
 *
 * @param topics where the raw log is
 * @param sinkGroup the consumer group that carries it into the store
 * @param scratch the PostgreSQL that the query runs in; nothing is kept there
 * @param hour of the day, UTC, at which all experiments that are not final are audited; -1 for never
 * @param settling how long to wait before the store is looked at again: the sink carries totals and raw log, each in its own order
 */
record AuditConfig(
        HttpConfig http, Topics topics, String sinkGroup, PgConnectOptions scratch, int hour, Duration settling) {
    private static final String STATEMENT_MILLIS = "1800000";

    static AuditConfig from(JsonObject config) {
        Settings audit = Settings.of(config).section("audit").only("hour", "settleMillis");
        return new AuditConfig(
                HttpConfig.from(config),
                Topics.from(config),
                sinkGroup(Settings.of(config)),
                scratch(Settings.of(config).section("postgres")),
                audit.integer("hour", -1, 23, 3),
                Duration.ofMillis(audit.integer("settleMillis", 0, 600_000, 3_000)));
    }

    private static String sinkGroup(Settings settings) {
        return Topics.sinkGroup(
                settings.section("analytics").string("store", "postgres"),
                settings.section("metrics").integer("generation", 1, Integer.MAX_VALUE, 1));
    }

    private static PgConnectOptions scratch(Settings postgres) {
        return new PgConnectOptions()
                .setHost(postgres.string("host", "127.0.0.1"))
                .setPort(postgres.integer("port", 1, 65535, 5432))
                .setDatabase(postgres.string("database", "assay"))
                .setUser(postgres.string("user", "assay"))
                .setPassword(postgres.string("password", "assay"))
                .setCachePreparedStatements(true)
                .addProperty("search_path", "pg_temp")
                .addProperty("statement_timeout", STATEMENT_MILLIS)
                .addProperty("application_name", "assay-audit");
    }
}
