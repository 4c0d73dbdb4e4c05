package io.assay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.embedded.EmbeddedServers;
import io.assay.testkit.Eventually;
import io.assay.testkit.TestCluster;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes in one cluster, with a real Redis behind them. */
class ChainIT {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String HASH = "assay:document:config";

    private static EmbeddedServers servers;
    private static String uri;
    private static Vertx one;
    private static Vertx two;
    private static Vertx outside;
    private static Redis redis;
    private static long version;
    private static long others;

    private SnapshotFeed a;
    private SnapshotFeed b;

    @BeforeAll
    static void joinUp() throws IOException {
        servers = EmbeddedServers.open(Files.createTempDirectory(Path.of("target"), "chain-"));
        servers.startAll(EmbeddedServers.Kind.REDIS);
        uri = servers.endpoints().getJsonObject("redis").getString("uri");
        List<Vertx> nodes = TestCluster.start(2);
        one = nodes.get(0);
        two = nodes.get(1);
        outside = Vertx.vertx();
        redis = Redis.createClient(outside, uri);
    }

    @AfterAll
    static void leave() {
        outside.close().await();
        two.close().await();
        one.close().await();
        servers.close();
    }

    private static SnapshotFeed feed(Vertx vertx, String redisUri) {
        JsonObject config = new JsonObject()
                .put("redis", new JsonObject().put("uri", redisUri))
                .put("snapshot", new JsonObject().put("redisPollMillis", 300));
        return SnapshotFeed.shared(vertx, config);
    }

    @BeforeEach
    void begin() throws Exception {
        servers.startAll(EmbeddedServers.Kind.REDIS);
        a = feed(one, uri);
        b = feed(two, uri);
        a.offer(Documents.config(++version, "a")).await();
        Eventually.within(PATIENCE, () -> {
            assertThat(version(b)).isEqualTo(version);
            assertThat(inRedis("version")).isEqualTo(Long.toString(version));
        });
    }

    private static long version(SnapshotFeed feed) {
        return feed.served().snapshot().version();
    }

    private static String inRedis(String field) {
        Response answer =
                redis.send(Request.cmd(Command.HGET).arg(HASH).arg(field)).await();
        return answer == null ? null : answer.toString();
    }

    private static void intoRedis(Document document) {
        redis.send(Request.cmd(Command.HSET)
                        .arg(HASH)
                        .arg("version")
                        .arg(document.version())
                        .arg("sha256")
                        .arg(document.sha256())
                        .arg("body")
                        .arg(document.bytes()))
                .await();
    }

    private static Map<String, Object> inHazelcast(Vertx vertx) {
        return Chain.hazelcast(vertx).orElseThrow().getReplicatedMap(PeersSource.MAP);
    }

    private void assertSpreads(SnapshotFeed from, SnapshotFeed to) throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(from.offer(Documents.config(++version, "a", "b" + i)).await())
                    .isEqualTo(Outcome.APPLIED);
            Eventually.within(SECOND, () -> assertThat(version(to)).isEqualTo(version));
        }
    }

    @Test
    void aChangeOnOneNodeIsServedByTheOtherWithinASecond() throws Exception {
        assertSpreads(a, b);
        assertSpreads(b, a);
    }

    @Test
    void alsoWithoutRedisWhichCatchesUpWhenItIsBack() throws Exception {
        servers.stop(EmbeddedServers.Kind.REDIS);
        assertSpreads(a, b);
        servers.startAll(EmbeddedServers.Kind.REDIS);
        Eventually.within(PATIENCE, () -> assertThat(inRedis("version")).isEqualTo(Long.toString(version)));
    }

    @Test
    void alsoWithTheEmergencyListAndTheKeys() throws Exception {
        a.offer(Documents.emergency(++others, "a")).await();
        a.offer(Documents.keys(++others, Map.of("secret", Scope.READ))).await();
        Eventually.within(SECOND, () -> {
            assertThat(b.served().emergency().killed()).containsExactly("a");
            assertThat(b.keys().check("secret")).isEqualTo(Scope.READ);
        });
        b.offer(Documents.keys(++others, Map.of())).await();
        Eventually.within(SECOND, () -> assertThat(a.keys().check("secret")).isNull());
    }

    @Test
    void aNodeWithNeitherBusNorPeersPollsRedis() throws Exception {
        Vertx alone = Vertx.vertx();
        try {
            SnapshotFeed c = feed(alone, uri);
            Eventually.within(PATIENCE, () -> assertThat(version(c)).isEqualTo(version));
            assertThat(c.served().source()).isEqualTo("redis");
            assertSpreads(a, c);
            c.offer(Documents.config(++version, "outside")).await();
            Eventually.within(PATIENCE, () -> assertThat(version(a)).isEqualTo(version));
        } finally {
            alone.close().await();
        }
    }

    @Test
    void aNodeThatJoinsLateFindsEverything() throws Exception {
        Vertx alone = Vertx.vertx();
        try {
            a.offer(Documents.keys(++others, Map.of("late", Scope.READ))).await();
            SnapshotFeed c = feed(alone, uri);
            Eventually.within(PATIENCE, () -> assertThat(c.keys().check("late")).isEqualTo(Scope.READ));
        } finally {
            alone.close().await();
        }
    }

    @Test
    void anOldSnapshotInRedisAndInHazelcastIsNeverAppliedAndIsRewritten() throws Exception {
        long before = version;
        a.offer(Documents.config(++version, "new")).await();
        List<Long> seen = new ArrayList<>();
        b.onChange(served -> seen.add(served.snapshot().version())).await();
        Document old = Documents.config(before - 1, "old");
        intoRedis(old);
        inHazelcast(two).put("config", old.envelope());
        Eventually.within(PATIENCE, () -> {
            assertThat(inRedis("version")).isEqualTo(Long.toString(version));
            assertThat((byte[]) inHazelcast(one).get("config"))
                    .isEqualTo(a.document(Kind.CONFIG).envelope());
        });
        assertThat(version(a)).isEqualTo(version);
        assertThat(seen).isSorted();
        assertThat(seen.get(seen.size() - 1)).isEqualTo(version);
    }

    @Test
    void garbageIsNeverAppliedAndIsReplaced() throws Exception {
        Document next = Documents.config(version + 1, "next");
        Document flipped = new Document(
                Kind.CONFIG,
                next.version(),
                new String(next.bytes()).replace("next", "mext").getBytes(),
                next.sha256());
        for (Object garbage : new Object[] {flipped.envelope(), new byte[] {1, 2, 3}, "no bytes", 7L}) {
            intoRedis(flipped);
            inHazelcast(one).put("config", garbage);
            Eventually.within(PATIENCE, () -> {
                assertThat(inRedis("sha256")).isEqualTo(a.document(Kind.CONFIG).sha256());
                assertThat(inHazelcast(two).get("config"))
                        .isEqualTo(a.document(Kind.CONFIG).envelope());
            });
            assertThat(version(a)).isEqualTo(version);
            assertThat(version(b)).isEqualTo(version);
        }
    }

    @Test
    void hashesThatAreHalfThereOrNoHashesAreReplaced() throws Exception {
        for (Request damage : List.of(
                Request.cmd(Command.HSET).arg(HASH).arg("version").arg("99999999999999999999"),
                Request.cmd(Command.HSET)
                        .arg(HASH)
                        .arg("version")
                        .arg("99999")
                        .arg("sha256")
                        .arg("short"),
                Request.cmd(Command.HDEL).arg(HASH).arg("body"),
                Request.cmd(Command.FLUSHALL))) {
            redis.send(damage).await();
            if (damage.command() == Command.HDEL) {
                redis.send(Request.cmd(Command.HSET).arg(HASH).arg("version").arg(99999))
                        .await();
            }
            Eventually.within(PATIENCE, () -> {
                assertThat(inRedis("version")).isEqualTo(Long.toString(version));
                assertThat(inRedis("body")).isNotNull();
            });
            assertThat(version(b)).isEqualTo(version);
        }
    }

    @Test
    void aSnapshotOfAFutureSchemaIsNotAppliedAndLeftForThoseWhoKnowIt() throws Exception {
        Document future = Documents.document(
                Kind.CONFIG, version + 1, "{\"schema\":2,\"version\":%d,\"experiments\":[]}".formatted(version + 1));
        intoRedis(future);
        assertThat(b.offer(future).await()).isEqualTo(Outcome.INVALID);
        a.offer(Documents.emergency(++others)).await();
        Eventually.within(PATIENCE, () -> assertThat(redis.send(Request.cmd(Command.HGET)
                                .arg("assay:document:emergency")
                                .arg("version"))
                        .await()
                        .toString())
                .isEqualTo(Long.toString(others)));
        assertThat(inRedis("sha256")).isEqualTo(future.sha256());
        assertThat(version(a)).isEqualTo(version++);
        assertSpreads(a, b);
    }

    @Test
    void aRedisThatTakesConnectionsAndSaysNothingHoldsUpNobody() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Vertx three = Vertx.vertx();
            try {
                SnapshotFeed c = feed(three, "redis://127.0.0.1:" + silent.getLocalPort());
                List<Long> seen = new ArrayList<>();
                c.onChange(served -> seen.add(served.snapshot().version())).await();
                for (long v = 1; v <= 20; v++) {
                    assertThat(c.offer(Documents.config(v, "x")).await()).isEqualTo(Outcome.APPLIED);
                }
                assertThat(seen).hasSize(21).isSorted();
            } finally {
                three.close().await();
            }
        }
    }
}
