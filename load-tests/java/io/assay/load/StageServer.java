package io.assay.load;

import io.assay.assignment.AssignmentVerticle;
import io.assay.config.ConfigStage;
import io.assay.engine.Snapshot;
import io.assay.platform.HttpService;
import io.assay.protocol.SnapshotCodec;
import io.assay.snapshot.Document;
import io.assay.snapshot.Kind;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** A stage as it is shipped, with 500 experiments and one key, and nothing else in its process. */
final class StageServer {
    static final String KEY = "load-test-key";
    private static final int EXPERIMENTS = 500;

    private StageServer() {}

    /** Prints the port when it listens. */
    static void run(Vertx vertx, Target target) throws Exception {
        String stage = target == Target.CONFIG304 ? "config" : "assignment";
        JsonObject config = new JsonObject()
                .put("http", new JsonObject().put("basePort", 0))
                .put("portOffset", 3);
        Deployable verticle = stage.equals("config") ? ConfigStage.verticle() : new AssignmentVerticle();
        vertx.deployVerticle(verticle, new DeploymentOptions().setConfig(config))
                .await();
        SnapshotFeed feed = SnapshotFeed.shared(vertx, config);
        Snapshot snapshot = Samples.evenly(EXPERIMENTS, target == Target.LAYERS500 ? EXPERIMENTS : 25);
        feed.offer(Document.of(Kind.CONFIG, 1, SnapshotCodec.encode(snapshot, true)))
                .await();
        feed.offer(Document.of(Kind.KEYS, 1, keys())).await();
        System.out.println(HttpService.port(vertx, stage));
    }

    private static byte[] keys() throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(KEY.getBytes(StandardCharsets.UTF_8));
        JsonObject key = new JsonObject()
                .put("id", "load")
                .put("sha256", HexFormat.of().formatHex(hash))
                .put("scope", "server");
        return new JsonObject()
                .put("version", 1)
                .put("keys", new JsonArray().add(key))
                .toBuffer()
                .getBytes();
    }
}
