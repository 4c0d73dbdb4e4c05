package io.assay.snapshot;

import io.assay.platform.Settings;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the chain finds its sources, and its pace.
 *
 * @param redisUri null: no Redis
 * @param redisPrefix what all keys in it start with
 * @param dataDir null: no file
 * @param announces whether news is told to the cluster and listened for; without, everything comes by polling
 * @param bootMillis after which a node without a snapshot counts as ready all the same
 */
record SnapshotConfig(
        @Nullable String redisUri,
        String redisPrefix,
        @Nullable String dataDir,
        List<String> trustedProxies,
        boolean announces,
        long redisPollMillis,
        long peersPollMillis,
        long bootMillis) {
    /**
     * Reads {@code redis}, {@code data}, {@code http.trustedProxies}, {@code cluster.announce} and the section {@code
     * snapshot}.
     */
    static SnapshotConfig from(JsonObject config) {
        Settings all = Settings.of(config);
        Settings pace = all.section("snapshot").only("redisPollMillis", "peersPollMillis", "bootMillis");
        Settings redis = all.section("redis").only("uri", "prefix");
        return new SnapshotConfig(
                redis.stringOrNull("uri"),
                redis.string("prefix", "assay"),
                all.stringOrNull("data"),
                all.section("http").strings("trustedProxies"),
                all.section("cluster").bool("announce", true),
                pace.longInteger("redisPollMillis", 10, 3_600_000, 5_000),
                pace.longInteger("peersPollMillis", 10, 3_600_000, 1_000),
                pace.longInteger("bootMillis", 0, 600_000, 10_000));
    }
}
