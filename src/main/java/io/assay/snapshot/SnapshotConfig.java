package io.assay.snapshot;

import io.assay.platform.Settings;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the chain finds its sources, and its pace.
 *
 * @param redisUri null: no Redis
 * @param dataDir null: no file
 * @param bootMillis after which a node without a snapshot counts as ready all the same
 */
record SnapshotConfig(
        @Nullable String redisUri,
        @Nullable String dataDir,
        List<String> trustedProxies,
        long redisPollMillis,
        long peersPollMillis,
        long bootMillis) {
    /** Reads {@code redis.uri}, {@code data}, {@code http.trustedProxies} and the section {@code snapshot}. */
    static SnapshotConfig from(JsonObject config) {
        Settings all = Settings.of(config);
        Settings pace = all.section("snapshot").only("redisPollMillis", "peersPollMillis", "bootMillis");
        return new SnapshotConfig(
                all.section("redis").only("uri").stringOrNull("uri"),
                all.stringOrNull("data"),
                all.section("http").strings("trustedProxies"),
                pace.longInteger("redisPollMillis", 10, 3_600_000, 5_000),
                pace.longInteger("peersPollMillis", 10, 3_600_000, 1_000),
                pace.longInteger("bootMillis", 0, 600_000, 10_000));
    }
}
