package io.assay.metrics;

import static io.assay.metrics.History.DAY;
import static io.assay.metrics.History.T0;
import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.Batch;
import io.assay.analytics.Batch.Progress;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.Position;
import io.assay.analytics.Scope;
import io.assay.metrics.OutputCodec.AggregateKey;
import io.assay.protocol.EventCodec;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one task writes, and when, under Kafka Streams without a broker. */
class JoinTopologyTest {
    private static final Definition E = new Definition(
            "0123456789ab",
            List.of("A", "B"),
            List.of(new Definition.Metric("bought", Hash64.of("buy"), Definition.Metric.NO_WINDOW)),
            T0,
            T0 + 20 * DAY);

    private static final String STATE_LOG = "join-state-changelog";

    @TempDir
    private Path folder;

    private final MetricsConfig config = MetricsConfig.from(new JsonObject()
            .put("kafka", new JsonObject().put("bootstrap", "127.0.0.1:1"))
            .put("metrics", new JsonObject().put("generation", 3).put("emitIntervalMillis", 1_000)));
    private final MemoryTable state = new MemoryTable();
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> exposures;
    private TestInputTopic<byte[], byte[]> events;
    private int ids;

    @BeforeEach
    void open() {
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "join");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        driver = new TopologyTestDriver(
                JoinTopology.of(config, Fakes.definitions(E)), properties, Instant.ofEpochMilli(T0));
        exposures = input(config.topics().exposures());
        events = input(config.topics().events());
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void aRowIsWrittenBeforeTheFirstRecordOfANewDay() {
        show("u1", T0 + DAY - 2);
        buy("u1", T0 + DAY - 1);
        assertThat(rows()).isEmpty();
        buy("u1", T0 + DAY);
        var midnight = rows();
        assertThat(midnight).hasSize(1);
        assertThat(midnight.get(0).progress()).isEqualTo(new Progress(1, 1, T0 + DAY - 1));
        assertThat(midnight.get(0)
                        .totals()
                        .variant(Scope.ALL, "A")
                        .metric("bought")
                        .events())
                .isEqualTo(1);
        buy("u1", T0 + DAY + 5);
        assertThat(rows()).isEmpty();
        driver.advanceWallClockTime(Duration.ofSeconds(1));
        assertThat(rows()).hasSize(1).first().satisfies(row -> {
            assertThat(row.progress()).isEqualTo(new Progress(1, 3, T0 + DAY + 5));
            assertThat(row.totals().variant(Scope.ALL, "A").metric("bought").events())
                    .isEqualTo(3);
        });
    }

    @Test
    void whatWasTakenIsInTheLogOfTheStateAtEveryCommit() {
        show("u1", T0 + 5);
        assertThat(restored().progress()).isEqualTo(new Progress(1, -1, T0 + 5));
        buy("u1", T0 + 9);
        buy("u1", T0 + 11);
        var restored = restored();
        assertThat(restored.progress()).isEqualTo(new Progress(1, 2, T0 + 11));
        var a = restored.totals().variant(Scope.ALL, "A");
        assertThat(a.exposures()).isEqualTo(1);
        assertThat(a.metric("bought").events()).isEqualTo(2);
    }

    @Test
    void aWatermarkIsWrittenWheneverSomethingWasTakenAndNotOtherwise() {
        show("u1", T0 + 5);
        driver.advanceWallClockTime(Duration.ofSeconds(1));
        assertThat(marks()).as("of one topic nothing is known yet").isEmpty();
        buy("u1", T0 + 9);
        driver.advanceWallClockTime(Duration.ofSeconds(1));
        assertThat(marks())
                .hasSize(1)
                .first()
                .satisfies(mark -> assertThat(mark.progress()).isEqualTo(new Progress(1, 1, T0 + 9)))
                .satisfies(mark -> assertThat(mark.received()).isEqualTo(T0 + 5));
        driver.advanceWallClockTime(Duration.ofSeconds(5));
        assertThat(marks()).isEmpty();
        buy("u1", T0 + 11);
        driver.advanceWallClockTime(Duration.ofSeconds(1));
        assertThat(marks()).hasSize(1);
    }

    @Test
    void anErasureWithdrawsTheFirstExposureAndTheTotals() {
        show("u1", T0 + 5);
        assertThat(assignments()).extracting(Batch.FirstExposure::variant).containsExactly("A");
        exposures.pipeInput(EventCodec.key("u1"), EventCodec.erase(T0 + 6), T0 + 6);
        assertThat(assignments()).containsExactly(new Batch.FirstExposure(at(), 3, "0123456789ab", "u1", null, 0));
        driver.advanceWallClockTime(Duration.ofSeconds(1));
        assertThat(rows().get(0).totals().variant(Scope.ALL, "A").exposures()).isZero();
    }

    @Test
    void anErasureWithdrawsUnseenTheFirstExposuresOfExperimentsThatAreFinal() {
        long later = E.finalAt() + Watermarks.LATENESS + Watermarks.SLACK;
        exposures.pipeInput(EventCodec.heartbeatKey(), EventCodec.heartbeat(), later);
        events.pipeInput(EventCodec.heartbeatKey(), EventCodec.heartbeat(), later);
        events.pipeInput(EventCodec.key("u1"), EventCodec.erase(later), later);
        assertThat(assignments()).containsExactly(new Batch.FirstExposure(at(), 3, "0123456789ab", "u1", null, 0));
    }

    @Test
    void anErasureUnderNoKeyIsADeadLetter() {
        exposures.pipeInput(null, EventCodec.erase(T0 + 6), T0 + 6);
        assertThat(driver.createOutputTopic(
                                config.topics().deadLetter(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                        .getQueueSize())
                .isEqualTo(1);
    }

    private void show(String user, long ts) {
        var exposure = new Exposure("x" + ids++, user, E.id, "A", ts);
        exposures.pipeInput(EventCodec.key(user), EventCodec.encode(exposure), ts);
    }

    private void buy(String user, long ts) {
        var goal = new Goal("g" + ids++, user, "buy", 7, ts, null);
        events.pipeInput(EventCodec.key(user), EventCodec.encode(goal), ts);
    }

    private record Restored(Progress progress, ExperimentTotals totals) {}

    /** What another node would go on with; each commit is the driver's own, one a record. */
    private Restored restored() {
        driver.createOutputTopic(STATE_LOG, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList()
                .forEach(change -> state.put(change.key(), change.value()));
        var partition = new Partition(new MemoryTable(), state, Fakes.definitions(E), Fakes.outbox(), Parts.SHIPPED);
        return new Restored(partition.watermarks().progress(), partition.totals(E));
    }

    private List<Batch.AggregateRow> rows() {
        List<Batch.AggregateRow> rows = new ArrayList<>();
        aggregates(rows, new ArrayList<>());
        return rows;
    }

    private List<Batch.Watermark> marks() {
        List<Batch.Watermark> marks = new ArrayList<>();
        aggregates(new ArrayList<>(), marks);
        return marks;
    }

    private void aggregates(List<Batch.AggregateRow> rows, List<Batch.Watermark> marks) {
        var out = driver.createOutputTopic(
                config.topics().aggregates(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        for (var record : out.readRecordsToList()) {
            var key = AggregateKey.of(record.key());
            if (key.isWatermark()) {
                marks.add(OutputCodec.readWatermark(at(), key, record.value()));
            } else {
                rows.add(OutputCodec.readTotals(at(), key, record.value()));
            }
        }
    }

    private List<Batch.FirstExposure> assignments() {
        return driver
                .createOutputTopic(
                        config.topics().assignments(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList()
                .stream()
                .map(record -> OutputCodec.readAssignment(at(), record.key(), record.value()))
                .toList();
    }

    private static Position at() {
        return new Position(1, 0, 0);
    }

    private TestInputTopic<byte[], byte[]> input(String topic) {
        return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
