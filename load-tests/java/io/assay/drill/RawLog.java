package io.assay.drill;

import io.assay.protocol.EventCodec;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import io.assay.protocol.UnreadableEventException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Topics as the drill reads them itself, beside all proxies and from their beginning. */
final class RawLog implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Broker broker;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<Row<Exposure>> exposures = new ArrayList<>();
    private final List<Row<Goal>> goals = new ArrayList<>();
    private final List<ConsumerRecord<byte[], byte[]>> deadLetters = new ArrayList<>();
    private int unreadable;

    /** Where something stands, and when the broker took it. */
    record Row<T>(int partition, long offset, long received, T what) {}

    RawLog(Broker broker) {
        this.broker = broker;
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.direct(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = Stream.of("exposures", "events", "deadLetter")
                .map(broker::topic)
                .flatMap(topic ->
                        IntStream.range(0, Broker.PARTITIONS).mapToObj(number -> new TopicPartition(topic, number)))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Reads what was added until now. */
    RawLog readOn() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment(), PATIENCE);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey(), PATIENCE) < end.getValue())) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the log can't be read to its end");
            }
            consumer.poll(POLL).forEach(this::add);
        }
        return this;
    }

    private void add(ConsumerRecord<byte[], byte[]> entry) {
        if (entry.topic().equals(broker.topic("deadLetter"))) {
            deadLetters.add(entry);
            return;
        }
        if (EventCodec.isHeartbeat(entry.key(), entry.value())) {
            return;
        }
        try {
            if (entry.topic().equals(broker.topic("exposures"))) {
                exposures.add(row(entry, EventCodec.decodeExposure(entry.key(), entry.value())));
            } else {
                goals.add(row(entry, EventCodec.decodeGoal(entry.key(), entry.value())));
            }
        } catch (UnreadableEventException e) {
            unreadable++;
        }
    }

    private static <T> Row<T> row(ConsumerRecord<byte[], byte[]> entry, T what) {
        return new Row<>(entry.partition(), entry.offset(), entry.timestamp(), what);
    }

    List<Row<Exposure>> exposures() {
        return exposures;
    }

    List<Row<Goal>> goals() {
        return goals;
    }

    /** Of the topic for what can't be counted. */
    List<ConsumerRecord<byte[], byte[]>> deadLetters() {
        return deadLetters;
    }

    int unreadable() {
        return unreadable;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
