package io.assay.load;

import io.assay.protocol.EventCodec;
import io.assay.protocol.Goal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What ingestion is compared with: an idempotent producer with the same settings that sends the same records, made beforehand, as
 * fast as it takes them.
 */
final class PlainProducer implements AutoCloseable {
    private final KafkaProducer<byte[], byte[]> producer;
    private final List<ProducerRecord<byte[], byte[]>> records;
    private int next;

    PlainProducer(String bootstrap, String topic, List<Goal> goals) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrap,
                "acks",
                "all",
                "enable.idempotence",
                true,
                "linger.ms",
                5L,
                "batch.size",
                64 * 1024,
                "buffer.memory",
                64L << 20);
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        records = goals.stream()
                .map(goal -> new ProducerRecord<>(topic, EventCodec.key(goal.user()), EventCodec.encode(goal)))
                .toList();
    }

    /** How many records were acknowledged a second. */
    double run(int seconds) {
        AtomicLong acknowledged = new AtomicLong();
        long begun = System.nanoTime();
        long end = begun + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            for (int i = 0; i < 100; i++) {
                var unused = producer.send(records.get(next), (metadata, failure) -> {
                    if (failure == null) {
                        acknowledged.incrementAndGet();
                    }
                });
                next = next + 1 == records.size() ? 0 : next + 1;
            }
        }
        producer.flush();
        return acknowledged.get() * 1e9 / (System.nanoTime() - begun);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(10));
    }
}
