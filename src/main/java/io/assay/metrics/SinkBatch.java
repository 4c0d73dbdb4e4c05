package io.assay.metrics;

import io.assay.analytics.Batch;
import io.assay.analytics.Position;
import io.assay.metrics.OutputCodec.AggregateKey;
import io.assay.platform.Topics;
import io.assay.protocol.EventCodec;
import io.assay.protocol.UnreadableEventException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns records of all five topics into the rows they are stored as. */
final class SinkBatch {
    private static final Logger log = LoggerFactory.getLogger(SinkBatch.class);

    private final Topics topics;
    private final Map<String, Integer> numbers;
    private final Set<Integer> retired;
    private final List<Batch.RawExposure> exposures = new ArrayList<>();
    private final List<Batch.RawGoal> goals = new ArrayList<>();
    private final List<Batch.AggregateRow> aggregates = new ArrayList<>();
    private final List<Batch.Watermark> watermarks = new ArrayList<>();
    private final List<Batch.FirstExposure> firstExposures = new ArrayList<>();
    private final List<Batch.DeadLetter> deadLetters = new ArrayList<>();
    private final List<Batch.Erasure> erasures = new ArrayList<>();

    /**
     * @param numbers what the store calls each topic in a position
     * @param retired the generations whose rows are removed: those that still come are none any more
     */
    SinkBatch(Topics topics, Map<String, Integer> numbers, Collection<Integer> retired) {
        this.topics = topics;
        this.numbers = numbers;
        this.retired = Set.copyOf(retired);
    }

    /** Adds what this record says; one that says nothing to us is left out, and is never a reason to stop. */
    void add(ConsumerRecord<byte[], byte[]> record) {
        var topic = record.topic();
        var number = numbers.get(topic);
        if (number == null || EventCodec.isHeartbeat(record.key(), record.value())) {
            return;
        }
        var at = new Position(number, record.partition(), record.offset());
        try {
            if (isErasure(record)) {
                erasure(at, record);
            } else if (topic.equals(topics.exposures())) {
                exposure(at, record);
            } else if (topic.equals(topics.events())) {
                goal(at, record);
            } else if (topic.equals(topics.aggregates())) {
                aggregate(at, record);
            } else if (topic.equals(topics.assignments())) {
                firstExposure(at, record);
            } else {
                deadLetters.add(OutputCodec.readDeadLetter(at, record.value()));
            }
        } catch (UnreadableEventException e) {
            // the join writes it to dead-letter
        } catch (RuntimeException e) {
            log.error("Left out {} [{}] at {}", topic, record.partition(), record.offset(), e);
        }
    }

    Batch batch() {
        return new Batch(exposures, goals, aggregates, watermarks, firstExposures, deadLetters, erasures);
    }

    private boolean isErasure(ConsumerRecord<byte[], byte[]> record) {
        boolean isLog =
                record.topic().equals(topics.exposures()) || record.topic().equals(topics.events());
        return isLog && EventCodec.isErase(record.value());
    }

    private void erasure(Position at, ConsumerRecord<byte[], byte[]> record) throws UnreadableEventException {
        var user = EventCodec.decodeUser(record.key());
        erasures.add(new Batch.Erasure(at, user, EventCodec.erasedAt(record.value())));
    }

    private void exposure(Position at, ConsumerRecord<byte[], byte[]> record) throws UnreadableEventException {
        var x = EventCodec.decodeExposure(record.key(), record.value());
        exposures.add(
                new Batch.RawExposure(at, x.user(), x.id(), x.experimentId(), x.variant(), x.ts(), record.timestamp()));
    }

    private void goal(Position at, ConsumerRecord<byte[], byte[]> record) throws UnreadableEventException {
        var g = EventCodec.decodeGoal(record.key(), record.value());
        goals.add(new Batch.RawGoal(
                at, g.user(), g.id(), g.name(), g.valueMicros(), g.ts(), record.timestamp(), g.propertiesJson()));
    }

    private void firstExposure(Position at, ConsumerRecord<byte[], byte[]> record) {
        var row = OutputCodec.readAssignment(at, record.key(), record.value());
        if (!retired.contains(row.generation())) {
            firstExposures.add(row);
        }
    }

    private void aggregate(Position at, ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        var key = AggregateKey.of(record.key());
        if (retired.contains(key.generation())) {
            return;
        }
        if (key.isWatermark()) {
            watermarks.add(OutputCodec.readWatermark(at, key, record.value()));
        } else {
            aggregates.add(OutputCodec.readTotals(at, key, record.value()));
        }
    }
}
