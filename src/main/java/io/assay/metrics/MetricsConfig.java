package io.assay.metrics;

import io.assay.platform.Settings;
import io.assay.platform.Topics;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;

/**
 * How the join runs.
 *
 * @param generation which reading of the whole log this is; in the configuration the first one
 * @param emitIntervalMillis how often changed totals are sent on
 * @param commitIntervalMillis how often the state is committed with the positions in the log
 * @param threads how many partitions are worked on at a time
 * @param state the folder of the state; it can be lost, and is then read back from the log of its changes
 * @param store the name of the store that the counts go to
 */
record MetricsConfig(
        Topics topics,
        int generation,
        int emitIntervalMillis,
        int commitIntervalMillis,
        int threads,
        Path state,
        String store) {
    static MetricsConfig from(JsonObject config) {
        var settings = Settings.of(config);
        var metrics =
                settings.section("metrics").only("generation", "emitIntervalMillis", "commitIntervalMillis", "threads");
        return new MetricsConfig(
                Topics.from(config),
                metrics.integer("generation", 1, Integer.MAX_VALUE, 1),
                metrics.integer("emitIntervalMillis", 10, 600_000, 10_000),
                metrics.integer("commitIntervalMillis", 10, 60_000, 200),
                metrics.integer("threads", 1, 64, 1),
                Path.of(settings.string("data", ".assay")).resolve("streams"),
                settings.section("analytics").string("store", "postgres"));
    }

    /** The same for another generation. */
    MetricsConfig of(int other) {
        return new MetricsConfig(topics, other, emitIntervalMillis, commitIntervalMillis, threads, state, store);
    }

    String application() {
        return "assay-metrics-" + generation;
    }
}
