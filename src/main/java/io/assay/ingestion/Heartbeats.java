package io.assay.ingestion;

import io.assay.platform.Topics;
import io.assay.protocol.EventCodec;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The records under an empty key that every partition of both topics gets, so that idle ones move on in time too; while the
 * broker is away they come more often, and look for it.
 */
final class Heartbeats {
    private static final long PROBE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Topics topics;
    private final BrokerWatch watch;
    private final long everyNanos;
    private final AtomicInteger inFlight = new AtomicInteger();
    private long lastNanos;

    Heartbeats(Topics topics, BrokerWatch watch, long everyMillis) {
        this.topics = topics;
        this.watch = watch;
        everyNanos = TimeUnit.MILLISECONDS.toNanos(everyMillis);
    }

    boolean isDue(long now) {
        long since = now - lastNanos;
        boolean probes = watch.isAway() && since > PROBE_NANOS;
        return inFlight.get() == 0 && (probes || since > everyNanos);
    }

    void send(long now, BiConsumer<ProducerRecord<byte[], byte[]>, Callback> producer) {
        lastNanos = now;
        AtomicInteger missing = new AtomicInteger(2 * topics.partitions());
        inFlight.addAndGet(missing.get());
        for (String topic : List.of(topics.exposures(), topics.events())) {
            for (int partition = 0; partition < topics.partitions(); partition++) {
                producer.accept(
                        new ProducerRecord<>(topic, partition, EventCodec.heartbeatKey(), EventCodec.heartbeat()),
                        (metadata, failure) -> beaten(failure == null, missing));
            }
        }
    }

    private void beaten(boolean safe, AtomicInteger missing) {
        inFlight.decrementAndGet();
        if (safe) {
            watch.acknowledged(System.nanoTime());
            if (missing.decrementAndGet() == 0) {
                watch.whole();
            }
        }
    }
}
