package io.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.Batch;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.InMemoryMetricStore;
import io.assay.analytics.RefusedRowsException;
import io.assay.platform.Topics;
import io.assay.protocol.EventCodec;
import io.assay.protocol.Goal;
import io.assay.testkit.Eventually;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** The sink between a consumer and a store that refuses some rows. */
class SinkTest {
    private static final Topics TOPICS =
            Topics.from(new JsonObject().put("kafka", new JsonObject().put("bootstrap", "127.0.0.1:1")));
    private static final TopicPartition EVENTS = new TopicPartition(TOPICS.events(), 0);
    private static final int RECORDS = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void ofABatchOnlyTheRowsAtFaultAreLeftOut() throws Exception {
        var store = new Refusing(Set.of(17L, 18L, 130L), new AtomicInteger());
        var consumer = consumer();
        runUntilCommitted(RECORDS, consumer, store);
        assertThat(store.raw()).hasSize(RECORDS - 3);
    }

    @Test
    void whatFailsForAWhileIsNotLeftOut() throws Exception {
        var store = new Refusing(Set.of(17L), new AtomicInteger(3));
        var consumer = consumer();
        runUntilCommitted(RECORDS, consumer, store);
        assertThat(store.raw()).hasSize(RECORDS - 1);
    }

    @Test
    void afterARowIsLeftOutWhatFollowsIsCarriedThoughTheStoreWasAwayBefore() throws Exception {
        var store = new Refusing(Set.of(0L), new AtomicInteger(1));
        var consumer = consumer(1);
        consumer.schedulePollTask(() -> consumer.addRecord(goal(1)));
        runUntilCommitted(2, consumer, store);
        assertThat(store.raw()).hasSize(1);
    }

    @Test
    void anErrorIsToldAndIsNotTheEnd() throws Exception {
        var store = new Refusing(Set.of(), new AtomicInteger()) {
            @Override
            public Future<Void> store(Batch batch) {
                throw new AssertionError("at fault");
            }
        };
        var sink = sink(consumer(), store);
        run(
                sink,
                () -> Eventually.within(
                        PATIENCE, () -> assertThat(sink.problem()).isEqualTo("the sink has failed and begins anew")));
    }

    @Test
    void ofRetiredGenerationsNothingIsStored() {
        Map<String, Integer> numbers = Map.of(TOPICS.aggregates(), 1, TOPICS.assignments(), 2);
        var batch = new SinkBatch(TOPICS, numbers, List.of(1));
        for (int generation = 1; generation <= 2; generation++) {
            var totals = new OutputCodec.AggregateKey(generation, "exp", 0).toBytes();
            var progress = new Batch.Progress(1, 1, 1);
            var mark = OutputCodec.watermarkKey(generation, 0);
            var first = OutputCodec.assignmentKey(generation, "exp", "u");
            add(batch, TOPICS.aggregates(), totals, OutputCodec.totals(ExperimentTotals.NONE, progress));
            add(batch, TOPICS.aggregates(), mark, OutputCodec.watermark(new Watermarks(), 1));
            add(batch, TOPICS.assignments(), first, OutputCodec.assignment("A", 5));
        }
        var rows = batch.batch();
        assertThat(rows.aggregates()).extracting(Batch.AggregateRow::generation).containsExactly(2);
        assertThat(rows.watermarks()).extracting(Batch.Watermark::generation).containsExactly(2);
        assertThat(rows.firstExposures())
                .extracting(Batch.FirstExposure::generation)
                .containsExactly(2);
    }

    private static void add(SinkBatch batch, String topic, byte[] key, byte[] value) {
        batch.add(new ConsumerRecord<>(topic, 0, 0, key, value));
    }

    @Test
    void aStoreThatRefusesEverythingIsNotBelieved() throws Exception {
        var all = LongStream.range(0, RECORDS).boxed().collect(Collectors.toSet());
        var store = new Refusing(all, new AtomicInteger());
        var consumer = consumer();
        var sink = sink(consumer, store);
        run(sink, () -> {
            Eventually.within(PATIENCE, () -> assertThat(sink.problem()).isNotEmpty());
            assertThat(committed(consumer)).isZero();
        });
    }

    private interface Check {
        void run() throws Exception;
    }

    private static void runUntilCommitted(long offset, MockConsumer<byte[], byte[]> consumer, Refusing store)
            throws Exception {
        run(
                consumer,
                store,
                () -> Eventually.within(
                        PATIENCE, () -> assertThat(committed(consumer)).isEqualTo(offset)));
    }

    private static void run(MockConsumer<byte[], byte[]> consumer, Refusing store, Check check) throws Exception {
        run(sink(consumer, store), check);
    }

    private static void run(Sink sink, Check check) throws Exception {
        sink.start();
        try {
            check.run();
        } finally {
            sink.close(Duration.ofSeconds(10));
        }
    }

    private static Sink sink(MockConsumer<byte[], byte[]> consumer, Refusing store) {
        return new Sink(TOPICS, () -> consumer, store, Map.of(TOPICS.events(), 1), List::of);
    }

    private static MockConsumer<byte[], byte[]> consumer() {
        return consumer(RECORDS);
    }

    private static MockConsumer<byte[], byte[]> consumer(int records) {
        var consumer = new MockConsumer<byte[], byte[]>("earliest");
        consumer.schedulePollTask(() -> {
            consumer.rebalance(List.of(EVENTS));
            consumer.updateBeginningOffsets(Map.of(EVENTS, 0L));
            for (int i = 0; i < records; i++) {
                consumer.addRecord(goal(i));
            }
        });
        return consumer;
    }

    private static ConsumerRecord<byte[], byte[]> goal(int offset) {
        byte[] value = EventCodec.encode(new Goal("g" + offset, "u", "buy", 1, 5, null));
        return new ConsumerRecord<>(TOPICS.events(), 0, offset, EventCodec.key("u"), value);
    }

    private static long committed(MockConsumer<byte[], byte[]> consumer) {
        OffsetAndMetadata at = consumer.committed(Set.of(EVENTS)).get(EVENTS);
        return at == null ? 0 : at.offset();
    }

    /** Refuses these offsets for good, and at first everything, for another reason. */
    private static class Refusing extends InMemoryMetricStore {
        private final Set<Long> refused;
        private final AtomicInteger failures;

        Refusing(Set<Long> refused, AtomicInteger failures) {
            this.refused = refused;
            this.failures = failures;
        }

        @Override
        public Future<Void> store(Batch batch) {
            if (failures.getAndDecrement() > 0) {
                return Future.failedFuture("away");
            }
            boolean isAtFault = batch.goals().stream().anyMatch(g -> refused.contains(g.at().offset()));
            return isAtFault
                    ? Future.failedFuture(new RefusedRowsException(new IllegalStateException("a row at fault")))
                    : super.store(batch);
        }
    }
}
