package io.assay.load;

import io.assay.assignment.AssignmentVerticle;
import io.assay.engine.Experiment;
import io.assay.engine.Layer;
import io.assay.engine.Rule;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Targeting;
import io.assay.engine.Variant;
import io.assay.platform.HttpService;
import io.assay.protocol.SnapshotCodec;
import io.assay.snapshot.Document;
import io.assay.snapshot.Kind;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The assignment verticle as it is shipped, with a snapshot of 20 experiments, half of them targeted, and one key. */
final class StageServer {
    static final String KEY = "load-test-key";
    private static final int EXPERIMENTS = 20;

    private StageServer() {}

    /** Prints the port when it listens. */
    static void run(Vertx vertx) throws Exception {
        JsonObject config = new JsonObject()
                .put("http", new JsonObject().put("basePort", 0))
                .put("portOffset", 3);
        vertx.deployVerticle(AssignmentVerticle.class, new DeploymentOptions().setConfig(config))
                .await();
        SnapshotFeed feed = SnapshotFeed.shared(vertx, config);
        feed.offer(Document.of(Kind.CONFIG, 1, SnapshotCodec.encode(snapshot(), true)))
                .await();
        feed.offer(Document.of(Kind.KEYS, 1, keys())).await();
        System.out.println(HttpService.port(vertx, "assignment"));
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

    private static Snapshot snapshot() {
        Random random = new Random(1);
        Targeting web = new Targeting(List.of("web"), List.of(), List.<Rule>of());
        List<Experiment> experiments = new ArrayList<>();
        for (int i = 0; i < EXPERIMENTS; i++) {
            experiments.add(new Experiment(
                    "%012d".formatted(i),
                    "experiment_%02d".formatted(i),
                    "%08x".formatted(random.nextInt()),
                    new Layer(null, "%08x".formatted(random.nextInt())),
                    Slots.ALL,
                    List.of(Variant.of("control", 5000), Variant.of("treatment", 5000)),
                    i % 2 == 0 ? web : null,
                    Map.of()));
        }
        return new Snapshot(1, null, experiments);
    }
}
