package io.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.platform.Health;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsWithoutServersTest {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path data;

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private static int closedPort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    @Test
    void aNodeStartsWithoutItsStoreAndSaysThatItIsNotReady() throws Exception {
        JsonObject config = new JsonObject()
                .put("postgres", new JsonObject().put("host", "127.0.0.1").put("port", closedPort()))
                .put("analytics", new JsonObject().put("host", "127.0.0.1").put("port", closedPort()))
                .put("kafka", new JsonObject().put("bootstrap", "127.0.0.1:" + closedPort()))
                .put("data", data.toString());
        String id = vertx.deployVerticle(
                        new MetricsVerticle(),
                        new DeploymentOptions()
                                .setThreadingModel(ThreadingModel.WORKER)
                                .setConfig(config))
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        assertThat(Health.of(vertx).problems()).containsKey("metrics-0");
        vertx.undeploy(id).await();
        assertThat(Health.of(vertx).problems()).isEmpty();
    }
}
