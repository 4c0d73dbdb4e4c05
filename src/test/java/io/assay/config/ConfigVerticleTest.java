package io.assay.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.catalog.CatalogSnapshot;
import io.assay.catalog.KeyHash;
import io.assay.catalog.Versions;
import io.assay.platform.Addresses;
import io.assay.platform.Health;
import io.assay.platform.HttpService;
import io.assay.snapshot.Documents;
import io.assay.snapshot.Kind;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.assay.testkit.Eventually;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class ConfigVerticleTest {
    private static final JsonObject CONFIG = new JsonObject()
            .put("http", new JsonObject().put("basePort", 0))
            .put("portOffset", 2)
            .put("snapshot", new JsonObject().put("bootMillis", 600_000));
    private static final String SHA256_OF_SECRET = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    private final FakeDefinitions definitions = new FakeDefinitions();
    private final HttpClient http = HttpClient.newHttpClient();

    /** Definitions in memory, which can be away. */
    private static final class FakeDefinitions implements Definitions {
        private final AtomicInteger loads = new AtomicInteger();
        private volatile CatalogSnapshot now = snapshot(1, 1, "a");
        private volatile boolean away;

        private <T> Future<T> answer(T value) {
            return away ? Future.failedFuture("the database is away") : Future.succeededFuture(value);
        }

        @Override
        public Future<Boolean> applySchedule() {
            return answer(false);
        }

        @Override
        public Future<Versions> versions() {
            return answer(now.versions());
        }

        @Override
        public Future<CatalogSnapshot> load() {
            loads.incrementAndGet();
            return answer(now);
        }
    }

    private static CatalogSnapshot snapshot(long config, long emergency, String... keys) {
        return new CatalogSnapshot(
                new Versions(config, emergency, 1),
                Documents.snapshot(config, keys),
                List.of("a"),
                List.of(new KeyHash("k1", SHA256_OF_SECRET, "server")));
    }

    private SnapshotFeed deploy(Vertx vertx) {
        DeploymentOptions options = new DeploymentOptions().setConfig(CONFIG);
        vertx.deployVerticle(new ConfigVerticle(definitions), options).await();
        return SnapshotFeed.shared(vertx, CONFIG);
    }

    private static long version(SnapshotFeed feed, Kind kind) {
        return feed.document(kind) == null ? 0 : feed.document(kind).version();
    }

    @Test
    void whatIsDefinedIsServedWithItsKeysAndTheEmergencyList(Vertx vertx) throws Exception {
        SnapshotFeed feed = deploy(vertx);
        Eventually.within(
                Duration.ofSeconds(5),
                () -> assertThat(Health.of(vertx).problems()).isEmpty());
        assertThat(feed.served().source()).isEqualTo("database");
        assertThat(feed.keys().check("secret")).isEqualTo(Scope.SERVER);
        Eventually.within(
                Duration.ofSeconds(5),
                () -> assertThat(feed.served().emergency().killed()).containsExactly("a"));
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + HttpService.port(vertx, "config") + "/config"))
                        .header("X-API-Key", "secret")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body()).contains("\"version\":1").contains("\"key\":\"a\"");
    }

    @Test
    void aChangeThatIsAnnouncedIsServedAtOnceAndOneLoadIsEnough(Vertx vertx) throws Exception {
        SnapshotFeed feed = deploy(vertx);
        Eventually.within(Duration.ofSeconds(5), () -> assertThat(feed.served().degraded())
                .isFalse());
        int before = definitions.loads.get();
        definitions.now = snapshot(2, 1, "a", "b");
        vertx.eventBus().publish(Addresses.CATALOG_CHANGED, new JsonObject());
        Eventually.within(Duration.ofMillis(500), () -> assertThat(version(feed, Kind.CONFIG))
                .isEqualTo(2));
        assertThat(definitions.loads.get() - before).isEqualTo(1);
    }

    @Test
    void aChangeThatNobodyAnnouncedIsServedWithinTwoSeconds(Vertx vertx) throws Exception {
        SnapshotFeed feed = deploy(vertx);
        Eventually.within(Duration.ofSeconds(5), () -> assertThat(feed.served().degraded())
                .isFalse());
        definitions.now = snapshot(1, 2, "a");
        Eventually.within(Duration.ofSeconds(2), () -> assertThat(version(feed, Kind.EMERGENCY))
                .isEqualTo(2));
        assertThat(version(feed, Kind.CONFIG)).isEqualTo(1);
    }

    @Test
    void withoutItsDatabaseTheVerticleStartsAndCatchesUpLater(Vertx vertx) throws Exception {
        definitions.away = true;
        SnapshotFeed feed = deploy(vertx);
        assertThat(feed.served().degraded()).isTrue();
        assertThat(Health.of(vertx).problems()).containsKey("snapshot");
        definitions.away = false;
        Eventually.within(Duration.ofSeconds(3), () -> assertThat(feed.served().degraded())
                .isFalse());
    }

    @Test
    void aDatabaseThatIsRestoredFromABackupTakesNobodyBack(Vertx vertx) throws Exception {
        SnapshotFeed feed = deploy(vertx);
        Eventually.within(Duration.ofSeconds(5), () -> assertThat(feed.served().degraded())
                .isFalse());
        feed.offer(Documents.config(9, "a", "b")).await();
        int before = definitions.loads.get();
        definitions.now = snapshot(4, 4, "a");
        Eventually.within(Duration.ofSeconds(3), () -> assertThat(version(feed, Kind.EMERGENCY))
                .isEqualTo(4));
        assertThat(definitions.loads.get()).isGreaterThan(before);
        assertThat(version(feed, Kind.CONFIG)).isEqualTo(9);
    }
}
