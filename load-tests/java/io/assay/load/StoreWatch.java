package io.assay.load;

import io.assay.analytics.Batch;
import io.assay.analytics.MetricStore;
import io.assay.analytics.PostgresMetricStore;
import io.assay.protocol.EventCodec;
import io.assay.testkit.TopicRecords;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Looks at the stored totals of one experiment every few milliseconds, and notes up to which place of the log they are whole. Where
 * an event stands in the log is read from the topic afterwards, so that it costs nothing meanwhile.
 */
final class StoreWatch implements AutoCloseable {
    private static final int GENERATION = 1;
    private static final int PAUSE_MILLIS = 20;
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final String TOPIC = "events";

    /** From that time on the totals of a partition hold all before that offset. */
    private record Seen(long nanos, long offset) {}

    private final Vertx vertx;
    private final String kafka;
    private final String experiment;
    private final MetricStore store;
    private final Map<Integer, Deque<Seen>> seen = new HashMap<>();
    private volatile String trouble = "it was read every time";
    private volatile boolean ended;

    StoreWatch(Vertx vertx, EventsStack stack, String experiment) throws IOException {
        this.vertx = vertx;
        this.experiment = experiment;
        kafka = stack.kafka();
        JsonObject analytics = new JsonObject()
                .put("host", "127.0.0.1")
                .put("port", stack.port("postgres"))
                .put("database", "postgres")
                .put("user", "postgres")
                .put("password", "postgres")
                .put("poolSize", 1);
        store = PostgresMetricStore.create(vertx, new JsonObject().put("analytics", analytics));
        vertx.runOnContext(now -> look());
    }

    private void look() {
        store.rows(GENERATION, experiment).onComplete(rows -> {
            if (rows.succeeded()) {
                rows.result().forEach(this::note);
            } else {
                trouble = String.valueOf(rows.cause());
            }
            if (!ended) {
                vertx.setTimer(PAUSE_MILLIS, id -> look());
            }
        });
    }

    private synchronized void note(Batch.AggregateRow row) {
        Deque<Seen> known = seen.computeIfAbsent(row.partition(), p -> new ArrayDeque<>());
        long offset = row.progress().events();
        if (known.isEmpty() || known.getLast().offset < offset) {
            known.add(new Seen(System.nanoTime(), offset));
        }
    }

    private synchronized boolean holds(int partition, long offset) {
        Deque<Seen> known = seen.getOrDefault(partition, new ArrayDeque<>());
        return !known.isEmpty() && known.getLast().offset >= offset;
    }

    /** Waits until the store has all purchases of the log; how long after they were due it had them. */
    Histogram finish(OpenLoop loop) throws Exception {
        Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
        Map<Integer, List<ConsumerRecord<byte[], byte[]>>> log = purchases();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (Map.Entry<Integer, List<ConsumerRecord<byte[], byte[]>>> partition : log.entrySet()) {
            List<ConsumerRecord<byte[], byte[]>> records = partition.getValue();
            long last = records.get(records.size() - 1).offset();
            while (!holds(partition.getKey(), last + 1)) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "the store does not have all of partition " + partition.getKey() + "; " + trouble);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
            }
            count(records, partition.getKey(), loop, latencies);
        }
        return latencies;
    }

    private synchronized void count(
            List<ConsumerRecord<byte[], byte[]>> records, int partition, OpenLoop loop, Histogram latencies)
            throws Exception {
        Deque<Seen> times = seen.get(partition);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            while (times.element().offset <= record.offset()) {
                times.remove();
            }
            long number = Journeys.number(
                    EventCodec.decodeGoal(record.key(), record.value()).id());
            if (loop.isCounted(number)) {
                long nanos = times.element().nanos - loop.intended(number);
                latencies.recordValue(Math.min(Math.max(0, nanos), latencies.getHighestTrackableValue()));
            }
        }
    }

    private Map<Integer, List<ConsumerRecord<byte[], byte[]>>> purchases() {
        Map<Integer, List<ConsumerRecord<byte[], byte[]>>> found = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : TopicRecords.of(kafka, TOPIC)) {
            if (isJourney(record)) {
                found.computeIfAbsent(record.partition(), p -> new ArrayList<>())
                        .add(record);
            }
        }
        return found;
    }

    private static boolean isJourney(ConsumerRecord<byte[], byte[]> record) {
        try {
            return !EventCodec.isHeartbeat(record.key(), record.value())
                    && Journeys.number(EventCodec.decodeGoal(record.key(), record.value())
                                    .id())
                            >= 0;
        } catch (io.assay.protocol.UnreadableEventException e) {
            return false;
        }
    }

    @Override
    public void close() {
        ended = true;
        Future<Void> closed = store.close();
        closed.await();
    }
}
