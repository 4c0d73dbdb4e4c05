package io.assay.analytics;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;

/** The stores of counts there are, by the name that {@code analytics.store} gives them. */
public final class MetricStores {
    private MetricStores() {}

    /** The store that the configuration names; it connects at first use. */
    public static MetricStore create(Vertx vertx, JsonObject config) {
        var analytics = AnalyticsConfig.section(config);
        return switch (analytics.string("store", "postgres")) {
            case "postgres" -> PostgresMetricStore.create(vertx, config);
            case "clickhouse" -> ClickHouseMetricStore.create(vertx, config);
            default -> throw analytics.refused("store", "\"postgres\" or \"clickhouse\"");
        };
    }
}
