package io.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.Batch;
import io.assay.analytics.Cells;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.MetricStore;
import io.assay.analytics.PostgresMetricStore;
import io.assay.catalog.Generations;
import io.assay.embedded.EmbeddedServers.Kind;
import io.assay.embedded.SharedServers;
import io.assay.platform.Health;
import io.assay.platform.KafkaTopics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The join under Kafka Streams with real servers, against the published query over the raw tables. */
class MetricsVerticleIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<Definition> definitions = LiveLog.definitions();
    private JsonObject config;
    private LiveLog log;
    private LiveStore store;

    @BeforeEach
    void servers() throws Exception {
        var kafka = SharedServers.with(Kind.KAFKA, Kind.POSTGRES).endpoints().getJsonObject("kafka");
        int generation = (int) (System.nanoTime() & 0xffffff) + 1;
        var topics = new JsonObject();
        for (var topic : List.of("exposures", "events", "aggregates", "assignments", "deadLetter")) {
            topics.put(topic, topic + "-" + generation);
        }
        config = new JsonObject()
                .put("analytics", SharedServers.newDatabase())
                .put("kafka", kafka.put("partitions", 2))
                .put("topics", topics)
                .put("data", folder.toString())
                .put("metrics", new JsonObject().put("generation", generation).put("emitIntervalMillis", 200));
        var parsed = MetricsConfig.from(config);
        LiveStore.await(new KafkaTopics(parsed.topics()).ensure(vertx, PATIENCE));
        log = new LiveLog(parsed, definitions, 7);
        store = new LiveStore(vertx, config, definitions);
    }

    @AfterEach
    void close() throws Exception {
        log.close();
        store.close();
        LiveStore.await(vertx.close());
    }

    @Test
    void whatIsServedIsWhatTheQueryGivesOverTheRawLog() throws Exception {
        log.send(1_000);
        var deployment = LiveStore.await(MetricsProcess.deploy(vertx, config, MetricsProcess.measured(definitions)));
        log.send(2_000);
        untilAllIsCounted();
        assertThat(Health.of(vertx).problems()).isEmpty();
        assertExact();
        LiveStore.await(vertx.undeploy(deployment));
        log.send(1_000);
        LiveStore.await(MetricsProcess.deploy(vertx, config, MetricsProcess.measured(definitions)));
        untilAllIsCounted();
        assertExact();
        log.erase("user3");
        log.erase("user4");
        log.send(300);
        log.erase("user4");
        long erased = System.currentTimeMillis();
        log.heartbeat();
        until(() -> store.asOf() >= erased && store.count("analytics.erasure") == 6, null);
        assertThat(store.served()).isEqualTo(store.oracle());
        assertThat(store.count("analytics.goals_raw where user_id = 'user4'")).isZero();
        assertThat(store.count("analytics.exposures_raw where user_id = 'user4'"))
                .isZero();
        assertThat(store.count("analytics.dead_letter where key = 'user4'")).isZero();
        assertThat(store.count("analytics.first_exposure where user_id = 'user4' and variant_key is not null"))
                .isZero();
    }

    @Test
    void aRebuildIsTheOldGenerationRowForRowAndTakesItsPlace() throws Exception {
        int first = MetricsConfig.from(config).generation();
        var generations = new AtomicReference<>(Generations.only(first));
        var rows = PostgresMetricStore.create(vertx, config);
        log.send(1_000);
        LiveStore.await(MetricsProcess.deploy(
                vertx,
                config,
                () -> MetricsProcess.measured(definitions, generations.get()),
                PostgresMetricStore.create(vertx, config)));
        log.send(500);
        untilAllIsCounted();
        generations.set(new Generations(first, first, first + 1, first + 1, null));
        until(() -> ends(rows, first + 1).equals(ends(rows, first)), null);
        for (var e : definitions) {
            assertThat(cells(rows, first + 1, e)).hasSize(2).isEqualTo(cells(rows, first, e));
        }
        generations.set(new Generations(first, first + 1, null, first + 1, null));
        store.serves(first + 1);
        log.send(500);
        untilAllIsIn(); // whoever counts anew writes the dead letters once more
        assertThat(store.served()).isEqualTo(store.oracle());
        until(() -> LiveStore.await(rows.watermarks(first)).isEmpty(), null);
        assertThat(topicsOfTheState(first)).isEmpty();
        assertThat(topicsOfTheState(first + 1)).hasSize(2);
        LiveStore.await(rows.close());
    }

    /** How far each partition is. */
    private static Map<Integer, Long> ends(MetricStore rows, int generation) {
        return LiveStore.await(rows.watermarks(generation)).stream()
                .collect(Collectors.toMap(
                        Batch.Watermark::partition,
                        mark -> mark.progress().exposures() + mark.progress().events()));
    }

    /** The numbers of each partition. */
    private static Map<Integer, List<Cells.Difference>> cells(MetricStore rows, int generation, Definition e) {
        return LiveStore.await(rows.rows(generation, e.id)).stream()
                .collect(Collectors.toMap(Batch.AggregateRow::partition, row -> Cells.of(row.totals())
                        .differences(Cells.of(ExperimentTotals.NONE))));
    }

    private List<String> topicsOfTheState(int generation) throws Exception {
        Map<String, Object> kafka =
                Map.of("bootstrap.servers", MetricsConfig.from(config).topics().bootstrap());
        try (var admin = Admin.create(kafka)) {
            return admin.listTopics().names().get(20, TimeUnit.SECONDS).stream()
                    .filter(name -> name.startsWith("assay-metrics-" + generation + "-"))
                    .toList();
        }
    }

    @Test
    void whileTheStoreIsAwayNothingIsLost() throws Exception {
        var sometimesAway = new SometimesAway(vertx, config);
        var measured = MetricsProcess.measured(definitions);
        LiveStore.await(MetricsProcess.deploy(vertx, config, () -> measured, sometimesAway));
        log.send(500);
        sometimesAway.isAway = true;
        log.send(500);
        until(() -> sometimesAway.refused > 3, null);
        log.send(500);
        sometimesAway.isAway = false;
        untilAllIsCounted();
        assertExact();
    }

    private static final class SometimesAway extends PostgresMetricStore {
        private volatile boolean isAway;
        private volatile int refused;

        SometimesAway(Vertx vertx, JsonObject config) {
            super(vertx, config);
        }

        @Override
        public Future<Void> store(Batch batch) {
            if (isAway) {
                refused++;
                return Future.failedFuture("away");
            }
            return super.store(batch);
        }
    }

    @Test
    void killedInTheMiddleItGoesOnExactly() throws Exception {
        for (int round = 0; round < 3; round++) {
            var process = child(round);
            try {
                long before = store.count("analytics.goals_raw");
                log.send(1_500);
                until(() -> store.count("analytics.goals_raw") > before, process);
                log.send(500);
            } finally {
                process.destroyForcibly();
                assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            }
        }
        LiveStore.await(MetricsProcess.deploy(vertx, config, MetricsProcess.measured(definitions)));
        untilAllIsCounted();
        assertExact();
    }

    private void assertExact() throws Exception {
        var oracle = store.oracle();
        assertThat(oracle).hasSizeGreaterThan(15);
        assertThat(store.served()).isEqualTo(oracle);
        assertThat(store.count("analytics.dead_letter")).isEqualTo(log.dead);
        assertThat(store.count("analytics.exposures_raw")).isEqualTo(log.exposures);
        assertThat(store.count("analytics.goals_raw")).isEqualTo(log.goals);
        assertThat(store.count("analytics.first_exposure where variant_key is not null"))
                .isEqualTo(
                        store.count(
                                """
                        (select distinct r.experiment_id, user_id from exposures_raw r join experiments using (experiment_id)
                         where ts >= start_ts and ts < end_ts and received_ts - ts <= 259200000) q"""));
    }

    private void untilAllIsCounted() {
        untilAllIsIn();
        until(() -> store.count("analytics.dead_letter") == log.dead, null);
    }

    private void untilAllIsIn() {
        long sent = System.currentTimeMillis();
        log.heartbeat();
        until(
                () -> store.asOf() >= sent
                        && store.count("analytics.exposures_raw") == log.exposures
                        && store.count("analytics.goals_raw") == log.goals,
                null);
    }

    private static void until(BooleanSupplier condition, Process process) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            assertThat(process == null || process.isAlive()).as("alive").isTrue();
            LockSupport.parkNanos(20_000_000);
        }
    }

    private Process child(int round) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                MetricsProcess.class.getName(),
                config.encode(),
                MetricsProcess.toJson(definitions).encode()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(new File("target", "metrics-process-" + round + ".log"))
                .start();
    }
}
