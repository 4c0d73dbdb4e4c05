package io.assay.ingestion;

import io.assay.platform.Topics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes the idempotent producer of one event loop. */
final class Producers {
    private static final int BATCH_BYTES = 64 * 1024;

    /** What the broker does for a batch costs more than many records in it; the client's own default, too. */
    private static final long LINGER_MILLIS = 5;

    /** The client adds it to the time: with the longest possible it would be over at once, and topics be forgotten. */
    private static final long FOR_EVER_MILLIS = TimeUnit.DAYS.toMillis(3650);

    private Producers() {}

    /** Made on a worker thread: it loads classes and looks up names. */
    static Future<Producer<byte[], byte[]>> create(Vertx vertx, Topics topics, IngestionConfig config) {
        long budgetBytes = config.budgetBytes(vertx.getOrCreateContext());
        return vertx.executeBlocking(() -> new KafkaProducer<>(
                settings(topics, config, budgetBytes), new ByteArraySerializer(), new ByteArraySerializer()));
    }

    static Map<String, Object> settings(Topics topics, IngestionConfig config, long budgetBytes) {
        // what waits may be spread over half-empty batches, some of each partition
        long buffer = 2 * budgetBytes + 4L * topics.partitions() * BATCH_BYTES;
        return Map.ofEntries(
                Map.entry("bootstrap.servers", topics.bootstrap()),
                Map.entry("client.id", "assay-ingestion-" + UUID.randomUUID()),
                Map.entry("acks", "all"),
                Map.entry("enable.idempotence", true),
                Map.entry("max.block.ms", 0L),
                Map.entry("buffer.memory", buffer),
                Map.entry("batch.size", BATCH_BYTES),
                Map.entry("linger.ms", LINGER_MILLIS),
                Map.entry("delivery.timeout.ms", config.deliveryMillis()),
                Map.entry("request.timeout.ms", Math.min(5_000, config.deliveryMillis() / 2)),
                Map.entry("retry.backoff.ms", 50L),
                Map.entry("retry.backoff.max.ms", 500L),
                Map.entry("reconnect.backoff.ms", 50L),
                Map.entry("reconnect.backoff.max.ms", 500L),
                Map.entry("socket.connection.setup.timeout.ms", 2_000L),
                Map.entry("metadata.max.idle.ms", FOR_EVER_MILLIS),
                Map.entry("enable.metrics.push", false));
    }
}
