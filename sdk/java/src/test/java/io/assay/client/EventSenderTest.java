package io.assay.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class EventSenderTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String SNAPSHOT = Snapshots.version(5, Snapshots.experiment("one", 1));

    private final FakeServer server = new FakeServer().serve(SNAPSHOT, "\"e5\"");
    private AssayClient client = AssayClient.fixed(null);

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private AssayClient start(AssayOptions options) {
        client = options.build();
        client.awaitReady(LONG);
        return client;
    }

    private Stats.Events events() {
        return client.stats().events();
    }

    private void track(int goals) {
        for (int g = 0; g < goals; g++) {
            client.track("goal", "u" + g % 7, g);
        }
    }

    private void assertThatCountsAddUp() {
        Stats.Events e = events();
        assertThat(e.offered()).isEqualTo(e.delivered() + e.dropped() + e.rejected() + e.queued());
    }

    @Test
    void exposuresAndGoalsArriveAsTheyHappened() {
        start(server.client());
        long before = System.currentTimeMillis();
        assertThat(client.getVariant("one", "u1")).isEqualTo("treatment");
        client.track("purchase", "u1", 49.99, Map.of("sku", "a-1"));
        assertThat(client.flush(LONG)).isTrue();
        List<Map<String, Object>> arrived = server.allEvents();
        assertThat(arrived).hasSize(2);
        assertThat(arrived.get(0))
                .containsEntry("type", "exposure")
                .containsEntry("experiment", "one")
                .containsEntry("variant", "treatment")
                .containsEntry("user", "u1");
        assertThat(arrived.get(1))
                .containsEntry("name", "purchase")
                .containsEntry("value", new BigDecimal("49.99"))
                .containsEntry("properties", Map.of("sku", "a-1"))
                .doesNotContainKey("type");
        for (Map<String, Object> event : arrived) {
            assertThat(((BigDecimal) event.get("timestamp")).longValueExact())
                    .isBetween(before, System.currentTimeMillis());
        }
        assertThat(events().delivered()).isEqualTo(2);
    }

    @Test
    void valuesAreRoundedHalfEvenToSixDecimals() {
        start(server.client());
        for (double value : new double[] {0.0000005, 0.0000015, 0.1 + 0.2, 1e9, -2.5, 0}) {
            client.track("goal", "u1", value);
        }
        client.flush(LONG);
        assertThat(server.allEvents())
                .extracting(event -> event.get("value"))
                .containsExactly(
                        null,
                        new BigDecimal("0.000002"),
                        new BigDecimal("0.3"),
                        new BigDecimal("1000000000"),
                        new BigDecimal("-2.5"),
                        null);
    }

    @Test
    void aGoalThatCannotCountIsRejectedHere() {
        start(server.client());
        client.track("no spaces", "u1");
        client.track("goal", "");
        client.track("goal", "u1", Double.NaN);
        client.track("goal", "u1", 1e9 + 1);
        client.track("goal", "u1", 1, Map.of("not", new Object()));
        client.track("goal", "u1", 1, Map.of("too_long", "x".repeat(40_000)));
        client.flush(LONG);
        assertThat(events()).isEqualTo(new Stats.Events(6, 2, 0, 4, 0, 0));
        assertThat(server.allEvents()).allSatisfy(event -> assertThat(event).doesNotContainKey("properties"));
    }

    @Test
    void aFullBatchGoesAtOnceAndTheRestInItsTime() {
        start(server.client().flushInterval(Duration.ofSeconds(60)).batchSize(10));
        track(25);
        Eventually.holds(() -> assertThat(server.ids).hasSize(20));
        assertThat(server.batches).allSatisfy(batch -> assertThat(batch).hasSize(10));
        Eventually.holds(() -> assertThat(events().queued()).isEqualTo(5));
        assertThat(client.flush(LONG)).isTrue();
        assertThat(server.ids).hasSize(25);
    }

    @Test
    void anEventGoesWhenItsTimeHasCome() {
        start(server.client());
        client.track("goal", "u1");
        Eventually.holds(() -> assertThat(server.ids).hasSize(1));
    }

    @Test
    void aFlushGoesOnThoughBatchesAreFullBeforeTheirNumber() {
        start(server.client().flushInterval(Duration.ofSeconds(60)));
        for (int i = 0; i < 90; i++) {
            client.track("goal", "u1", i, Map.of("long", "x".repeat(12_000)));
        }
        assertThat(client.flush(LONG)).isTrue();
        assertThat(server.ids).hasSize(90);
        assertThat(server.batches.size()).isGreaterThan(2);
    }

    @Test
    void anExposureRefusedForAPassingReasonGoesWhenItHappensAgain() {
        AtomicInteger refused = new AtomicInteger();
        server.events = exchange -> {
            if (refused.getAndIncrement() == 0) {
                assertThat(FakeServer.read(exchange)).hasSize(2);
                FakeServer.json(
                        exchange,
                        201,
                        "{\"received\":1,\"rejected\":[{\"index\":1,\"code\":\"not_launched\",\"message\":\"\"}]}");
            } else {
                server.take(exchange);
            }
        };
        start(server.client().flushInterval(Duration.ofSeconds(60)));
        client.getVariant("one", "u1");
        client.getVariant("one", "u2");
        client.flush(LONG);
        client.getVariant("one", "u1");
        Eventually.holds(() -> {
            client.getVariant("one", "u2");
            assertThat(client.flush(LONG)).isTrue();
            assertThat(server.allEvents())
                    .extracting(event -> event.get("user"))
                    .containsExactly("u2");
        });
    }

    @Nested
    class WhenNobodyAnswers {
        @Test
        void theSameEventsGoAgainWithTheSameIds() {
            AtomicInteger requests = new AtomicInteger();
            Set<Object> seen = new HashSet<>();
            server.events = exchange -> {
                if (requests.incrementAndGet() > 4) {
                    server.take(exchange);
                } else {
                    FakeServer.read(exchange).forEach(event -> seen.add(event.get("id")));
                    exchange.close(); // taken, and the answer is lost
                }
            };
            start(server.client());
            track(30);
            assertThat(client.flush(LONG)).isTrue();
            assertThat(server.ids)
                    .hasSize(30)
                    .containsAll(seen.stream().map(String.class::cast).toList());
            assertThat(events().delivered()).isEqualTo(30);
            assertThat(events().retries()).isPositive();
        }

        @Test
        void anAnswerThatIsNoneIsNotBelieved() {
            AtomicInteger requests = new AtomicInteger();
            List<String> answers = List.of("<html>", "{}", "[]", "{\"received\":\"all\"}");
            server.events = exchange -> {
                int n = requests.getAndIncrement();
                if (n < answers.size()) {
                    FakeServer.json(exchange, 201, answers.get(n));
                } else if (n < 6) {
                    FakeServer.json(exchange, n == 4 ? 200 : 400, "{\"received\":3}");
                } else {
                    server.take(exchange);
                }
            };
            start(server.client());
            track(3);
            assertThat(client.flush(LONG)).isTrue();
            assertThat(server.ids).hasSize(3);
            assertThat(events()).isEqualTo(new Stats.Events(3, 3, 0, 0, 0, 6));
        }

        @Test
        void theOldestMakeRoomAndAreCounted() {
            server.events = exchange -> FakeServer.json(exchange, 503, "{}");
            start(server.client().queueCapacity(50).batchSize(10));
            track(1_000);
            assertThat(events().queued()).as("50 that wait, 10 on their way").isLessThanOrEqualTo(60);
            server.events = server::take;
            assertThat(client.flush(LONG)).isTrue();
            assertThatCountsAddUp();
            assertThat(events().delivered()).isEqualTo(server.ids.size());
            assertThat(server.allEvents()).extracting(e -> e.get("value")).contains(new BigDecimal(999));
        }

        @Test
        void theNewestStayThoughABatchIsAllThatMayWait() {
            server.events = exchange -> FakeServer.json(exchange, 503, "{}");
            start(server.client().queueCapacity(10).batchSize(10));
            track(10);
            Eventually.holds(() -> assertThat(events().retries()).isPositive());
            track(1_000);
            server.events = server::take;
            assertThat(client.flush(LONG)).isTrue();
            assertThat(server.allEvents())
                    .extracting(e -> e.get("value"))
                    .contains(new BigDecimal(998), new BigDecimal(999));
            assertThatCountsAddUp();
        }

        @Test
        void aPauseThatTheServerAsksForIsKept() {
            AtomicInteger requests = new AtomicInteger();
            server.events = exchange -> {
                requests.incrementAndGet();
                exchange.getResponseHeaders().set("Retry-After", "3600");
                FakeServer.json(exchange, 429, "{}");
            };
            start(server.client().closeTimeout(Duration.ofMillis(200)));
            track(3);
            Eventually.holds(() -> assertThat(events().retries()).isEqualTo(1));
            assertThat(client.flush(Duration.ofMillis(300))).isFalse();
            assertThat(requests).hasValue(1);
        }
    }

    @Nested
    class WhatTheServerRefuses {
        @Test
        void isCountedAsRejected() {
            server.events = exchange -> {
                int n = FakeServer.read(exchange).size();
                FakeServer.json(exchange, 201, "{\"received\":" + (n - 2) + ",\"rejected\":[{},{}]}");
            };
            start(server.client());
            track(10);
            client.flush(LONG);
            assertThat(events()).isEqualTo(new Stats.Events(10, 8, 0, 2, 0, 0));
        }

        @Test
        void asTooLargeGoesInHalves() {
            server.events = exchange -> {
                byte[] body = exchange.getRequestBody().readAllBytes();
                int n = new String(body, StandardCharsets.UTF_8).split("\"name\"").length - 1;
                server.batches.add(List.of());
                FakeServer.json(exchange, n > 3 ? 413 : 201, "{\"received\":" + n + "}");
            };
            start(server.client());
            track(16);
            client.flush(LONG);
            assertThat(events()).isEqualTo(new Stats.Events(16, 16, 0, 0, 0, 0));
        }

        @Test
        void asAWholeIsSearchedForTheOneThatIsWrong() {
            server.events = exchange -> {
                List<Map<String, Object>> batch = FakeServer.read(exchange);
                boolean isBad = batch.stream().anyMatch(e -> new BigDecimal(13).equals(e.get("value")));
                batch.forEach(e -> server.ids.add((String) e.get("id")));
                FakeServer.json(
                        exchange,
                        isBad ? 400 : 201,
                        isBad ? "{\"code\":\"malformed\"}" : "{\"received\":" + batch.size() + "}");
            };
            start(server.client());
            track(20);
            client.flush(LONG);
            assertThat(events()).isEqualTo(new Stats.Events(20, 19, 0, 1, 0, 0));
        }

        @Test
        void byWhateverIsInBetweenBlocksNothingElse() {
            server.events = exchange -> {
                List<Map<String, Object>> batch = FakeServer.read(exchange);
                if (batch.stream().anyMatch(e -> new BigDecimal(13).equals(e.get("value")))) {
                    FakeServer.json(exchange, 403, "<html>We do not like this request</html>");
                } else {
                    FakeServer.json(exchange, 201, "{\"received\":" + batch.size() + "}");
                }
            };
            start(server.client().flushInterval(Duration.ofMillis(10)));
            track(20);
            Eventually.holds(() -> assertThat(events().queued()).isZero());
            assertThat(events()).isEqualTo(new Stats.Events(20, 19, 0, 1, 0, events().retries()));
        }

        @Test
        void becauseOfTheKeyWaits() {
            server.events = exchange -> FakeServer.json(exchange, 401, "{\"code\":\"unauthorized\"}");
            start(server.client().retryMax(Duration.ofMillis(20)));
            track(2);
            Eventually.holds(() -> assertThat(events().retries()).isGreaterThan(20));
            assertThat(events().queued()).isEqualTo(2);
            server.events = server::take;
            assertThat(client.flush(LONG)).isTrue();
            assertThat(events().delivered()).isEqualTo(2);
        }
    }

    @Nested
    class Close {
        @Test
        void sendsWhatIsQueued() {
            start(server.client().flushInterval(Duration.ofSeconds(60)));
            track(250);
            client.close();
            assertThat(server.ids).hasSize(250);
            client.track("goal", "late");
            assertThat(events()).isEqualTo(new Stats.Events(251, 250, 1, 0, 0, 0));
            assertThat(client.getVariant("one", "u")).as("answers stay").isEqualTo("treatment");
        }

        @Test
        void sendsOnceMoreThoughAPauseIsOn() {
            server.events = exchange -> FakeServer.json(exchange, 503, "{}");
            start(server.client().retryBase(Duration.ofHours(1)).retryMax(Duration.ofHours(1)));
            track(5);
            Eventually.holds(() -> assertThat(events().retries()).isEqualTo(1));
            server.events = server::take;
            client.close();
            assertThat(events()).isEqualTo(new Stats.Events(5, 5, 0, 0, 0, 1));
        }

        @Test
        void doesNotWaitForAPauseThatEndsTooLate() {
            server.events = exchange -> {
                exchange.getResponseHeaders().set("Retry-After", "3600");
                FakeServer.json(exchange, 429, "{}");
            };
            start(server.client().closeTimeout(Duration.ofSeconds(30)));
            track(5);
            Eventually.holds(() -> assertThat(events().retries()).isEqualTo(1));
            long begun = System.nanoTime();
            client.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
            assertThat(events()).isEqualTo(new Stats.Events(5, 0, 5, 0, 0, 1));
        }

        @Test
        void ofAThreadThatIsInterruptedSendsAndEndsToo() {
            Set<Thread> before = Thread.getAllStackTraces().keySet();
            start(server.client().flushInterval(Duration.ofSeconds(60)));
            track(250);
            Thread.currentThread().interrupt();
            client.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(server.ids).hasSize(250);
            client.close();
            assertThat(client.stats().failures()).isZero();
            Eventually.holds(() -> assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> !before.contains(thread))
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("assay-sdk")));
        }

        @Test
        void endsInTimeThoughTheServerHangs() throws Exception {
            try (DrippingServer hanging = new DrippingServer()) {
                client = AssayClient.builder(hanging.url(), "key")
                        .closeTimeout(Duration.ofMillis(200))
                        .build();
                track(150);
                long begun = System.nanoTime();
                client.close();
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
                Eventually.holds(
                        () -> assertThat(events()).isEqualTo(new Stats.Events(150, 0, 150, 0, 0, events().retries())));
            }
        }

        @Test
        void endsAllThreads() {
            Set<Thread> before = Thread.getAllStackTraces().keySet();
            start(server.client());
            client.close();
            client.close();
            Eventually.holds(() -> assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> !before.contains(thread))
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("assay-sdk")));
        }
    }
}
