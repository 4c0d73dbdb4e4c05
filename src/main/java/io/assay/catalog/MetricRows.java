package io.assay.catalog;

import io.vertx.sqlclient.Row;

/** Metric definitions as rows. */
final class MetricRows {
    private MetricRows() {}

    static MetricDefinition definition(Row row) {
        return new MetricDefinition(
                row.getString("key"),
                row.getString("event"),
                MetricDefinition.kind(row.getString("kind")),
                row.getString("window"));
    }
}
