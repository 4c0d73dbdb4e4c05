package io.assay.drill;

import io.assay.protocol.EventCodec;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes to the topics beside ingestion and all proxies: what no ingestion would write, or would not write now. */
final class LogWriter implements AutoCloseable {
    private final Broker broker;
    private final KafkaProducer<byte[], byte[]> producer;
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();

    LogWriter(Broker broker) {
        this.broker = broker;
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.direct(), "acks", "all", "max.request.size", 1_048_576),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    void event(Event event) {
        byte[] key = EventCodec.key(event.user());
        if (event.isExposure()) {
            bytes(
                    "exposures",
                    key,
                    EventCodec.encode(
                            new Exposure(event.id(), event.user(), event.experiment(), event.name(), event.ts())));
        } else {
            bytes(
                    "events",
                    key,
                    EventCodec.encode(
                            new Goal(event.id(), event.user(), event.name(), event.micros(), event.ts(), null)));
        }
    }

    void heartbeat(String topic) {
        for (int partition = 0; partition < Broker.PARTITIONS; partition++) {
            sent.add(producer.send(new ProducerRecord<>(
                    broker.topic(topic), partition, EventCodec.heartbeatKey(), EventCodec.heartbeat())));
        }
    }

    /** Anything at all. */
    void bytes(String topic, byte[] key, byte[] value) {
        sent.add(producer.send(new ProducerRecord<>(broker.topic(topic), key, value)));
    }

    /** Waits until all of it is acknowledged; where it stands. */
    List<RecordMetadata> flush() throws Exception {
        producer.flush();
        List<RecordMetadata> places = new ArrayList<>();
        for (Future<RecordMetadata> one : sent) {
            places.add(one.get(30, TimeUnit.SECONDS));
        }
        sent.clear();
        return places;
    }

    @Override
    public void close() {
        producer.close();
    }
}
