package io.assay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.assignment.AssignmentVerticle;
import io.assay.config.ConfigVerticle;
import io.assay.embedded.EmbeddedServers;
import io.assay.platform.Health;
import io.assay.snapshot.Documents;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.assay.testkit.Eventually;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node of assignment and config alone, whose Redis and PostgreSQL take connections and say nothing, or are not there. */
class HangingNeighboursIT {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private Stages node(JsonObject redis, JsonObject postgres) throws IOException {
        Path keys = Files.createDirectories(folder.resolve("keys"));
        Files.writeString(keys.resolve("server"), "secret");
        JsonObject config = new JsonObject()
                .put("redis", redis)
                .put("postgres", postgres)
                .put("data", folder.resolve("data").toString());
        return new Stages(Vertx.vertx(), config, keys);
    }

    private void leaveAFile() throws Exception {
        Vertx before = Vertx.vertx();
        SnapshotFeed feed = SnapshotFeed.shared(
                before, new JsonObject().put("data", folder.resolve("data").toString()));
        feed.offer(Documents.config(7, "a")).await();
        feed.offer(Documents.keys(1, Map.of("secret", Scope.SERVER))).await();
        Eventually.within(
                PATIENCE, () -> assertThat(folder.resolve("data/snapshot/keys")).exists());
        before.close().await();
    }

    private static ServerSocket silent() throws IOException {
        return new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    }

    @Test
    void servesItsFileWithinTwoSecondsOfItsDeployment() throws Exception {
        leaveAFile();
        try (ServerSocket redis = silent();
                ServerSocket postgres = silent();
                Stages node = node(
                        new JsonObject().put("uri", "redis://127.0.0.1:" + redis.getLocalPort()),
                        new JsonObject().put("port", postgres.getLocalPort()))) {
            long begun = System.nanoTime();
            node.deploy(new ConfigVerticle(), new AssignmentVerticle());
            Eventually.within(Duration.ofSeconds(2), () -> {
                assertThat(node.assignments().getJsonObject("assignments").fieldNames())
                        .containsExactly("a");
                assertThat(node.assignments().containsKey("degraded")).isFalse();
                assertThat(Health.of(node.vertx).problems()).isEmpty();
            });
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
            assertThat(node.feed().served().source()).isEqualTo("file");
            redis.close();
            postgres.close(); // an end in order waits for connections that are being made
        }
    }

    @Test
    void needsNeitherPostgresNorRedisAndIsReadyWithNothingOnceItsBootIsOver() throws Exception {
        try (Stages node = node(new JsonObject(), new JsonObject().put("port", 1))) {
            node.deploy(new ConfigVerticle(), new AssignmentVerticle());
            assertThat(Health.of(node.vertx).problems()).containsKey("snapshot");
            assertThat(node.assignments().getBoolean("degraded")).isTrue();
            Eventually.within(
                    Duration.ofSeconds(15),
                    () -> assertThat(Health.of(node.vertx).problems()).isEmpty());
            assertThat(node.assignments().getBoolean("degraded")).isTrue();
        }
    }

    @Test
    void hearsAgainFromARedisThatWasStoppedForAWhile() throws Exception {
        try (EmbeddedServers servers = EmbeddedServers.open(folder.resolve("servers"))) {
            servers.startAll(EmbeddedServers.Kind.REDIS);
            JsonObject redis = servers.endpoints().getJsonObject("redis");
            leaveAFile();
            try (Stages one = node(redis, new JsonObject().put("port", 1));
                    Stages other =
                            new Stages(Vertx.vertx(), new JsonObject().put("redis", redis), folder.resolve("keys"))) {
                one.deploy(new ConfigVerticle(), new AssignmentVerticle());
                other.deploy(new AssignmentVerticle()).awaitKeys();
                Eventually.within(PATIENCE, () -> assertThat(other.version()).isEqualTo(7));
                long redisPid = pid("redis.pid");
                signal("STOP", redisPid);
                try {
                    for (int version = 8; version < 12; version++) {
                        long asked = System.nanoTime();
                        one.feed().offer(Documents.config(version, "a", "b")).await();
                        assertThat(one.assignments()
                                        .getJsonObject("assignments")
                                        .fieldNames())
                                .contains("b");
                        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked))
                                .as("milliseconds, with a Redis that hangs for more than a second")
                                .isLessThan(1_000);
                    }
                    assertThat(other.version()).isEqualTo(7);
                } finally {
                    signal("CONT", redisPid);
                }
                Eventually.within(Duration.ofSeconds(20), () -> assertThat(other.version())
                        .isEqualTo(11));
            }
        }
    }

    private long pid(String file) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            Path found = files.filter(path -> path.endsWith(file)).findFirst().orElseThrow();
            return Long.parseLong(Files.readString(found).trim());
        }
    }

    private static void signal(String name, long pid) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
        assertThat(kill.waitFor()).isZero();
    }
}
