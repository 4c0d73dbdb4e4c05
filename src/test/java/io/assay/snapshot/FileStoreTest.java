package io.assay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.platform.Health;
import io.assay.testkit.Eventually;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node has of its own when it starts and nobody else is there. */
class FileStoreTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path data;

    private Vertx vertx = Vertx.vertx();
    private SnapshotFeed feed;

    @BeforeEach
    void serveSomething() throws Exception {
        start();
        feed.offer(Documents.config(1, "first")).await();
        feed.offer(Documents.config(2, "second")).await();
        feed.offer(Documents.keys(1, Map.of("secret", Scope.SERVER))).await();
        feed.offer(Documents.emergency(1, "second")).await();
        Eventually.within(PATIENCE, () -> {
            assertThat(data.resolve("snapshot/config.previous")).exists();
            assertThat(data.resolve("snapshot/emergency")).exists();
        });
        vertx.close().await();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private void start() {
        vertx = Vertx.vertx();
        JsonObject config = new JsonObject()
                .put("data", data.toString())
                .put("snapshot", new JsonObject().put("bootMillis", 600_000));
        feed = SnapshotFeed.shared(vertx, config);
    }

    private Path file(String name) {
        return data.resolve("snapshot").resolve(name);
    }

    private void truncate(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(file(name));
        Files.write(file(name), Arrays.copyOf(bytes, bytes.length - 5));
    }

    private void flip(String name, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file(name));
        bytes[at] ^= 1;
        Files.write(file(name), bytes);
    }

    private void assertServes(long version, String source) throws Exception {
        Eventually.within(PATIENCE, () -> {
            assertThat(feed.served().snapshot().version()).isEqualTo(version);
            assertThat(feed.served().source()).isEqualTo(source);
        });
    }

    /** Whatever the file holds was offered once the keys, which are read later, are there. */
    private void assertStaysDegraded() throws Exception {
        Eventually.within(
                PATIENCE, () -> assertThat(feed.keys().check("secret")).isEqualTo(Scope.SERVER));
        feed.onChange(served -> {}).await();
        assertThat(feed.served().degraded()).isTrue();
    }

    @Test
    void aNodeWithItsFileAloneServesWhatItLastKnewAndIsReady() throws Exception {
        start();
        assertServes(2, "file");
        Eventually.within(
                PATIENCE, () -> assertThat(Health.of(vertx).problems()).isEmpty());
        assertThat(feed.keys().check("secret")).isEqualTo(Scope.SERVER);
        Eventually.within(
                PATIENCE, () -> assertThat(feed.served().emergency().killed()).containsExactly("second"));
    }

    @Test
    void theNewerOfTheTwoIsServedWhicheverWasWrittenLast() throws Exception {
        Files.move(file("config"), file("aside"));
        Files.move(file("config.previous"), file("config"));
        Files.move(file("aside"), file("config.previous"));
        start();
        assertServes(2, "file");
        Eventually.within(
                PATIENCE, () -> assertThat(Files.readString(file("config"))).startsWith("assay config 2 "));
    }

    @Test
    void anotherSourceThatHoldsTheSameBecomesTheSource() throws Exception {
        start();
        assertServes(2, "file");
        feed.addSource(new MemorySource("database", Documents.config(2, "second")));
        assertServes(2, "database");
    }

    @Test
    void theFeedOutlivesTheVerticleThatAskedForItFirst() throws Exception {
        vertx = Vertx.vertx();
        JsonObject config = new JsonObject().put("data", data.toString());
        String first = vertx.deployVerticle(new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        feed = SnapshotFeed.shared(vertx, config);
                        return Future.succeededFuture();
                    }
                })
                .await();
        assertServes(2, "file");
        vertx.undeploy(first).await();
        assertThat(SnapshotFeed.shared(vertx, config)).isSameAs(feed);
        MemorySource later = new MemorySource("database");
        feed.addSource(later);
        feed.onChange(served -> {}).await();
        later.put(Documents.config(3, "third"));
        assertServes(3, "database");
    }

    @Test
    void aHigherVersionFromElsewhereReplacesTheFile() throws Exception {
        start();
        feed.addSource(new MemorySource("database", Documents.config(3, "third")));
        assertServes(3, "database");
        Eventually.within(PATIENCE, () -> assertThat(Files.readAllBytes(file("config")))
                .isEqualTo(Documents.config(3, "third").envelope()));
        assertThat(Files.readAllBytes(file("config.previous")))
                .isEqualTo(Documents.config(2, "second").envelope());
    }

    @Test
    void aTruncatedFileLeavesTheOneBeforeIt() throws Exception {
        truncate("config");
        start();
        assertServes(1, "file");
    }

    @Test
    void aBrokenFileNeverPushesOutTheGoodOneBeforeIt() throws Exception {
        flip("config", 200);
        start();
        assertServes(1, "file");
        feed.offer(Documents.config(5, "fifth")).await();
        Eventually.within(PATIENCE, () -> assertThat(Files.readAllBytes(file("config")))
                .isEqualTo(Documents.config(5, "fifth").envelope()));
        assertThat(Files.readAllBytes(file("config.previous")))
                .isEqualTo(Documents.config(1, "first").envelope());
    }

    @Test
    void withNothingWholeOnTheDiskTheNodeIsDegradedAndHealsWhenASourceAppears() throws Exception {
        truncate("config");
        Files.write(file("config.previous"), new byte[0]);
        start();
        assertStaysDegraded();
        assertThat(Health.of(vertx).problems()).containsKey("snapshot");
        feed.addSource(new MemorySource("database", Documents.config(2, "second")));
        assertServes(2, "database");
    }

    @Test
    void aFlippedBitAnywhereInTheFileIsFound() throws Exception {
        Files.delete(file("config.previous"));
        int length = Files.readAllBytes(file("config")).length;
        for (int at = 0; at < length; at += length / 8) {
            flip("config", at);
            start();
            assertStaysDegraded();
            vertx.close().await();
            flip("config", at);
        }
        start();
        assertServes(2, "file");
    }

    @Test
    void aFileOfAFutureSchemaIsNotServed() throws Exception {
        Files.delete(file("config.previous"));
        Document future = Documents.document(Kind.CONFIG, 9, "{\"schema\":2,\"version\":9,\"experiments\":[]}");
        Files.write(file("config"), future.envelope());
        start();
        assertStaysDegraded();
    }

    @Test
    void aFileOfAFutureSchemaLeavesTheOneBeforeItAndOutlivesAllThatIsWrittenLater() throws Exception {
        Document future = Documents.document(Kind.CONFIG, 9, "{\"schema\":2,\"version\":9,\"experiments\":[]}");
        Files.write(file("config"), future.envelope());
        start();
        assertServes(1, "file");
        assertThat(feed.known(Kind.CONFIG)).isEqualTo(9);
        for (int version = 10; version < 14; version++) {
            Document next = Documents.config(version, "next");
            feed.offer(next).await();
            Eventually.within(PATIENCE, () -> assertThat(Files.readAllBytes(file("config")))
                    .isEqualTo(next.envelope()));
        }
        assertThat(Files.readAllBytes(file("config.unread"))).isEqualTo(future.envelope());
    }

    @Test
    void whatAnOlderProgramPutAsideIsReadByOneThatUnderstandsIt() throws Exception {
        Files.write(file("config.unread"), Documents.config(3, "third").envelope());
        start();
        assertServes(3, "file");
    }

    @Test
    void aDiskThatCannotBeWrittenCostsNothingButTheFile() throws Exception {
        Files.move(data.resolve("snapshot"), data.resolve("elsewhere"));
        Files.writeString(data.resolve("snapshot"), "in the way");
        start();
        assertThat(feed.offer(Documents.config(1, "x")).await()).isEqualTo(Outcome.APPLIED);
        assertServes(1, "offered");
    }
}
