package io.assay.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotPollerTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String ONE = Snapshots.version(5, Snapshots.experiment("one", 1));
    private static final String BOTH =
            Snapshots.version(6, Snapshots.experiment("one", 1), Snapshots.experiment("two", 2));
    private static final String OLDER = Snapshots.version(4, Snapshots.experiment("two", 2));

    @TempDir
    Path folder;

    private final FakeServer server = new FakeServer();
    private AssayClient client = AssayClient.fixed(null);

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private AssayClient start() {
        client = server.client().build();
        return client;
    }

    private AssayClient startWithFile() {
        client = server.client().snapshotFile(folder.resolve("snapshot")).build();
        return client;
    }

    @Test
    void theSnapshotComesFromTheServerAndChangesWithIt() {
        server.serve(ONE, "\"e5\"");
        start();
        assertThat(client.awaitReady(LONG)).isEqualTo(SnapshotSource.SERVER);
        assertThat(client.getVariant("one", "u")).isEqualTo("treatment");
        assertThat(client.getVariant("two", "u")).isEqualTo("control");
        server.serve(BOTH, "\"e6\"");
        Eventually.holds(() -> assertThat(client.getVariant("two", "u")).isEqualTo("treatment"));
    }

    @Test
    void aPackedSnapshotIsRead() {
        server.config = exchange -> {
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (OutputStream out = new GZIPOutputStream(packed)) {
                out.write(ONE.getBytes(StandardCharsets.UTF_8));
            }
            assertThat(exchange.getRequestHeaders().getFirst("Accept-Encoding")).contains("gzip");
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, packed.size());
            exchange.getResponseBody().write(packed.toByteArray());
            exchange.close();
        };
        assertThat(start().awaitReady(LONG)).isEqualTo(SnapshotSource.SERVER);
    }

    @Test
    void anUnchangedSnapshotIsAskedForByItsTag() {
        server.serve(ONE, "\"e5\"");
        start();
        Eventually.holds(() -> assertThat(client.stats().config().notModified()).isGreaterThan(2));
        assertThat(server.tags).startsWith("null", "\"e5\"");
        assertThat(client.stats().version()).isEqualTo(5);
    }

    @Nested
    class ABadSnapshot {
        private void isRefused(String body) {
            server.serve(ONE, "\"e5\"");
            start().awaitReady(LONG);
            server.serve(body, "\"bad\"");
            Eventually.holds(() -> {
                Stats.Config config = client.stats().config();
                assertThat(config.unreadable() + config.older()).isGreaterThan(2);
            });
            assertThat(client.getVariant("one", "u")).isEqualTo("treatment");
            assertThat(client.stats().version()).isEqualTo(5);
            assertThat(client.stats().lastError()).contains("/config: ");
            assertThat(server.tags).as("the tag of what was refused").doesNotContain("\"bad\"");
            server.serve(BOTH, "\"e6\"");
            Eventually.holds(() -> assertThat(client.getVariant("two", "u")).isEqualTo("treatment"));
        }

        @Test
        void ofALowerVersionIsRefused() {
            isRefused(OLDER);
            assertThat(client.stats().config().older()).isPositive();
        }

        @Test
        void ofAnUnknownSchemaIsRefused() {
            isRefused(BOTH.replace("\"schema\": 1", "\"schema\": 2"));
        }

        @Test
        void thatIsNotJsonIsRefused() {
            isRefused("<html>Log in to the airport's network</html>");
        }

        @Test
        void thatBreaksARuleIsRefused() {
            isRefused(BOTH.replace("100", "99"));
        }
    }

    @Nested
    class TheEmergencyList {
        @Test
        void turnsAnExperimentOffAndOnAgain() {
            server.serve(BOTH, "\"e6\"").kill(2, "\"one\"");
            start().awaitReady(LONG);
            Eventually.holds(() -> assertThat(client.getVariant("one", "u")).isEqualTo("control"));
            assertThat(client.getAssignment("one", "u").reason()).isEqualTo(AssignmentReason.KILLED);
            assertThat(client.getVariant("two", "u")).isEqualTo("treatment");
            client.setOverrides(java.util.Map.of("one", "treatment"));
            assertThat(client.getVariant("one", "u")).isEqualTo("control");
            client.setOverrides(null);
            server.kill(1, "");
            Eventually.holds(() -> assertThat(client.stats().config().older()).isPositive());
            assertThat(client.getVariant("one", "u")).isEqualTo("control");
            server.kill(3, "");
            Eventually.holds(() -> assertThat(client.getVariant("one", "u")).isEqualTo("treatment"));
        }

        @Test
        void holdsForTheNextSnapshotToo() {
            server.serve(ONE, "\"e5\"").kill(2, "\"one\", \"two\"");
            start().awaitReady(LONG);
            Eventually.holds(() -> assertThat(client.stats().emergencyVersion()).isEqualTo(2));
            server.serve(BOTH, "\"e6\"");
            Eventually.holds(() -> assertThat(client.stats().version()).isEqualTo(6));
            assertThat(client.getVariant("two", "u")).isEqualTo("control");
        }

        @Test
        void thatCannotBeReadChangesNothing() {
            server.serve(ONE, "\"e5\"").kill(2, "\"one\"");
            start().awaitReady(LONG);
            Eventually.holds(() -> assertThat(client.getVariant("one", "u")).isEqualTo("control"));
            server.kill(3, "7");
            Eventually.holds(
                    () -> assertThat(client.stats().config().unreadable()).isPositive());
            assertThat(client.getVariant("one", "u")).isEqualTo("control");
        }
    }

    @Nested
    class TheFile {
        @Test
        void servesAStartWithoutTheServer() {
            server.serve(BOTH, "\"e6\"").kill(2, "\"two\"");
            startWithFile().awaitReady(LONG);
            Eventually.holds(() -> assertThat(client.getVariant("two", "u")).isEqualTo("control"));
            Eventually.holds(() ->
                    assertThat(Files.readString(folder.resolve("snapshot"))).contains("\"two\"]"));
            client.close();
            server.config = exchange -> FakeServer.json(exchange, 503, "{}");
            server.emergency = exchange -> FakeServer.json(exchange, 503, "{}");
            assertThat(startWithFile().awaitReady(LONG)).isEqualTo(SnapshotSource.FILE);
            assertThat(client.getVariant("one", "u")).isEqualTo("treatment");
            assertThat(client.getVariant("two", "u"))
                    .as("killed before the start")
                    .isEqualTo("control");
            server.serve(BOTH, "\"e6\"");
            Eventually.holds(() -> assertThat(client.stats().source()).isEqualTo(SnapshotSource.SERVER));
            assertThat(client.stats().config().applied()).as("304 was enough").isZero();
        }

        @Test
        void isRefusedWhenItIsDamaged() throws Exception {
            server.serve(ONE, "\"e5\"");
            startWithFile().awaitReady(LONG);
            Path file = folder.resolve("snapshot");
            Eventually.holds(() -> assertThat(Files.exists(file)).isTrue());
            client.close();
            String text = Files.readString(file);
            server.config = exchange -> FakeServer.json(exchange, 503, "{}");
            for (String damaged :
                    new String[] {"", "x", text.substring(0, text.length() / 2), text.replace("one", "two")}) {
                Files.writeString(file, damaged);
                startWithFile();
                Eventually.holds(
                        () -> assertThat(client.stats().config().fileErrors()).isEqualTo(1));
                assertThat(client.getVariant("one", "u")).isEqualTo("control");
                assertThat(client.stats().source()).isEqualTo(SnapshotSource.NONE);
                client.close();
            }
        }

        @Test
        void ofAnotherServerIsNotUsed() {
            server.serve(ONE, "\"e5\"");
            startWithFile().awaitReady(LONG);
            Eventually.holds(
                    () -> assertThat(Files.exists(folder.resolve("snapshot"))).isTrue());
            client.close();
            try (FakeServer other = new FakeServer()) {
                client = other.client().snapshotFile(folder.resolve("snapshot")).build();
                assertThat(client.awaitReady(Duration.ofMillis(100))).isEqualTo(SnapshotSource.NONE);
                assertThat(client.getVariant("one", "u")).isEqualTo("control");
            }
        }

        @Test
        void thatCannotBeWrittenIsCountedAndNothingElse() throws Exception {
            Path file = Files.writeString(folder.resolve("file"), "");
            server.serve(ONE, "\"e5\"");
            client = server.client().snapshotFile(file.resolve("snapshot")).build();
            assertThat(client.awaitReady(LONG)).isEqualTo(SnapshotSource.SERVER);
            Eventually.holds(
                    () -> assertThat(client.stats().config().fileErrors()).isPositive());
            assertThat(client.getVariant("one", "u")).isEqualTo("treatment");
        }
    }

    @Test
    void withoutAServerThereIsControlUntilItComes() {
        start();
        assertThat(client.awaitReady(Duration.ofMillis(50))).isEqualTo(SnapshotSource.NONE);
        assertThat(client.getVariant("one", "u")).isEqualTo("control");
        assertThat(client.getAssignment("one", "u").reason()).isEqualTo(AssignmentReason.NO_SNAPSHOT);
        server.serve(ONE, "\"e5\"");
        assertThat(client.awaitReady(LONG)).isEqualTo(SnapshotSource.SERVER);
        assertThat(client.stats().config().failed()).isPositive();
    }

    @Test
    void aServerThatHangsOrDripsIsGivenUp() throws Exception {
        try (DrippingServer dripping = new DrippingServer()) {
            client = AssayClient.builder(dripping.url(), "key")
                    .requestTimeout(Duration.ofMillis(150))
                    .pollInterval(Duration.ofMillis(50))
                    .emergencyInterval(Duration.ofMillis(50))
                    .build();
            Eventually.holds(() -> assertThat(client.stats().config().failed()).isGreaterThan(16));
        }
    }

    @Test
    void aListenerHearsWhatChangedAndMayHangOrThrow() {
        server.serve(ONE, "\"e5\"");
        start().awaitReady(LONG);
        ConcurrentLinkedQueue<ConfigChange> heard = new ConcurrentLinkedQueue<>();
        CountDownLatch never = new CountDownLatch(1);
        client.onConfigChange(change -> {
            throw new StackOverflowError();
        });
        client.onConfigChange(heard::add);
        client.onConfigChange(change -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        server.serve(BOTH, "\"e6\"");
        Eventually.holds(() -> assertThat(heard).hasSize(1));
        assertThat(heard.peek()).isEqualTo(new ConfigChange(6, SnapshotSource.SERVER, Set.of("two")));
        server.serve(Snapshots.version(7, Snapshots.experiment("one", 1)), "\"e7\"");
        Eventually.holds(() -> assertThat(client.stats().version()).isEqualTo(7));
        assertThat(client.stats().failures()).isPositive();
        never.countDown();
    }

    @Test
    void aServerThatAsksForAPauseGetsIt() {
        server.config = exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "3600");
            FakeServer.json(exchange, 503, "{}");
        };
        start();
        Eventually.holds(() -> assertThat(client.stats().config().applied())
                .as("emergency lists")
                .isGreaterThan(10));
        assertThat(server.configRequests).hasValue(1);
    }

    @Test
    void aPauseBeginsWhenTheAnswerHasCome() {
        ConcurrentLinkedQueue<Long> begun = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Long> ended = new ConcurrentLinkedQueue<>();
        server.config = exchange -> {
            begun.add(System.nanoTime());
            LockSupport.parkNanos(700_000_000);
            exchange.getResponseHeaders().set("Retry-After", "1");
            ended.add(System.nanoTime());
            FakeServer.json(exchange, 503, "{}");
        };
        start();
        Eventually.holds(() -> assertThat(begun).hasSize(2));
        begun.remove();
        assertThat(Duration.ofNanos(begun.remove() - ended.remove())).isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    void aKillIsSeenThoughTheSnapshotIsNeverAnswered() {
        server.serve(ONE, "\"e5\"");
        client = server.client().requestTimeout(Duration.ofMinutes(2)).build();
        client.awaitReady(LONG);
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        server.config = exchange -> {
            asked.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                exchange.close();
            }
        };
        Eventually.holds(() -> assertThat(asked.getCount()).isZero());
        server.kill(2, "\"one\"");
        Eventually.holds(() -> assertThat(client.getVariant("one", "u")).isEqualTo("control"));
        never.countDown();
    }

    @Test
    void noMessageHoldsTheKeyOrAPassword() {
        for (AssayOptions options : new AssayOptions[] {
            AssayClient.builder(server.url(), "SECRET\nof two lines"),
            AssayClient.builder("nothing://me:SECRET@127.0.0.1:1", "key"),
            AssayClient.builder("http://me:SECRET@127.0.0.1:x y", "key"),
            AssayClient.builder("me:SECRET@127.0.0.1", "key")
        }) {
            try (AssayClient wrong = options.build()) {
                Eventually.holds(() -> assertThat(wrong.stats().lastError()).isNotNull());
                assertThat(wrong.stats().lastError()).contains("expected: ").doesNotContain("SECRET");
            }
        }
    }
}
