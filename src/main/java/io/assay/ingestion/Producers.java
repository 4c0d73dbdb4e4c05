package io.assay.ingestion;

import io.assay.platform.Topics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes the idempotent producer of one event loop. */
final class Producers {
    private Producers() {}

    /** Made on a worker thread: it loads classes and looks up names. */
    static Future<Producer<byte[], byte[]>> create(Vertx vertx, Topics topics, IngestionConfig config) {
        return vertx.executeBlocking(() ->
                new KafkaProducer<>(settings(topics, config), new ByteArraySerializer(), new ByteArraySerializer()));
    }

    private static Map<String, Object> settings(Topics topics, IngestionConfig config) {
        return Map.ofEntries(
                Map.entry("bootstrap.servers", topics.bootstrap()),
                Map.entry("client.id", "assay-ingestion-" + UUID.randomUUID()),
                Map.entry("acks", "all"),
                Map.entry("enable.idempotence", true),
                Map.entry("max.block.ms", 0L),
                Map.entry("buffer.memory", 2 * config.inFlightBytes()),
                Map.entry("batch.size", 64 * 1024),
                Map.entry("linger.ms", 1L),
                Map.entry("delivery.timeout.ms", config.deliveryMillis()),
                Map.entry("request.timeout.ms", Math.min(5_000, config.deliveryMillis() / 2)),
                Map.entry("retry.backoff.ms", 50L),
                Map.entry("retry.backoff.max.ms", 500L),
                Map.entry("reconnect.backoff.ms", 50L),
                Map.entry("reconnect.backoff.max.ms", 500L),
                Map.entry("socket.connection.setup.timeout.ms", 2_000L),
                Map.entry("metadata.max.idle.ms", Long.MAX_VALUE),
                Map.entry("enable.metrics.push", false));
    }
}
