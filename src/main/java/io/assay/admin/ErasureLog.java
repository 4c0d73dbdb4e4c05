package io.assay.admin;

import io.assay.platform.ApiError;
import io.assay.platform.Topics;
import io.assay.protocol.EventCodec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of erasures into the log: a record under the user's key in both topics, behind all that is known of the user. Erasures
 * are rare, so they go one after the other on a thread of their own, and the producer is only made for the first one.
 */
final class ErasureLog {
    private static final Logger log = LoggerFactory.getLogger(ErasureLog.class);
    private static final int MOST_WAITING = 64;
    private static final int BLOCK_MILLIS = 2_000;
    private static final int DELIVERY_MILLIS = 3_000;
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int RETRY_AFTER_SECONDS = 5;

    private final Topics topics;
    private final Clock clock;
    private final WorkerExecutor thread;
    private @Nullable Producer<byte[], byte[]> producer;
    private int waiting;

    ErasureLog(Vertx vertx, Topics topics, Clock clock) {
        this.topics = topics;
        this.clock = clock;
        thread = vertx.createSharedWorkerExecutor("assay-erasures", 1);
    }

    /** Succeeds when both topics have acknowledged it, else fails with a 503; to ask again does no harm. */
    Future<Void> erase(String user) {
        if (waiting >= MOST_WAITING) {
            return Future.failedFuture(away());
        }
        waiting++;
        long queued = System.nanoTime();
        return thread.executeBlocking(() -> {
                    if (System.nanoTime() - queued > LONGEST_WAIT_NANOS) {
                        throw new TimeoutException("it waited too long for those before it");
                    }
                    write(EventCodec.key(user), EventCodec.erase(clock.millis()));
                    return null;
                })
                .recover(e -> {
                    log.warn("An erasure is not in the log: {}", String.valueOf(e));
                    return Future.failedFuture(away());
                })
                .<Void>mapEmpty()
                .onComplete(done -> waiting--);
    }

    /** Ends it; what was not acknowledged by then was answered with a 503. */
    Future<Void> close() {
        return thread.executeBlocking(() -> {
                    if (producer != null) {
                        producer.close(Duration.ofSeconds(1));
                    }
                    return null;
                })
                .eventually(thread::close)
                .mapEmpty();
    }

    private void write(byte[] key, byte[] erasure) throws Exception {
        Producer<byte[], byte[]> open = producer == null ? open() : producer;
        producer = open;
        List<java.util.concurrent.Future<RecordMetadata>> sent = new ArrayList<>();
        for (String topic : List.of(topics.exposures(), topics.events())) {
            java.util.concurrent.Future<RecordMetadata> one = open.send(new ProducerRecord<>(topic, key, erasure));
            if (one.isDone()) {
                var unused = one.get(); // who knows nothing of one topic would wait as long for the other
            }
            sent.add(one);
        }
        for (java.util.concurrent.Future<RecordMetadata> one : sent) {
            var unused = one.get(DELIVERY_MILLIS + BLOCK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private Producer<byte[], byte[]> open() {
        Map<String, Object> settings = Map.ofEntries(
                Map.entry("bootstrap.servers", topics.bootstrap()),
                Map.entry("client.id", "assay-erasures-" + UUID.randomUUID()),
                Map.entry("acks", "all"),
                Map.entry("enable.idempotence", true),
                Map.entry("linger.ms", 0L),
                Map.entry("buffer.memory", 1L << 20),
                Map.entry("max.block.ms", BLOCK_MILLIS),
                Map.entry("delivery.timeout.ms", DELIVERY_MILLIS),
                Map.entry("request.timeout.ms", BLOCK_MILLIS),
                Map.entry("enable.metrics.push", false));
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static ApiError away() {
        return ApiError.unavailable("The event log can't be reached at the moment.", RETRY_AFTER_SECONDS);
    }
}
