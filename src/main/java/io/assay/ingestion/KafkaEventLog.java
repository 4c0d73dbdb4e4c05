package io.assay.ingestion;

import io.assay.platform.ApiError;
import io.assay.platform.Topics;
import io.assay.protocol.EventCodec;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topics as the log of events, behind an idempotent producer that is never waited for on the event loop. */
final class KafkaEventLog implements EventLog {
    /*
     * The producer has max.block.ms = 0, so that send() returns at once or fails at once: without metadata of the topic, or
     * with a full buffer (which the budget here, half of it, prevents). Its callbacks run on its own thread; all other state
     * belongs to the event loop that made this log, but for the budget and the watch.
     *
     * A request is answered when all of its records are acknowledged, when one was given up, when it waited ackMillis, or
     * when the broker went silent: then everything that waits is answered, what comes is refused at once, and heartbeats
     * probe until one is acknowledged. The budget of a request is given back only when the producer is done with all of
     * its records, whatever the client was told.
     */
    private static final Logger log = LoggerFactory.getLogger(KafkaEventLog.class);
    private static final long TICK_MILLIS = 50;
    private static final long OVERHEAD_BYTES = 128;
    private static final int RETRY_AFTER_SECONDS = 2;
    private static final long PROBE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Vertx vertx;
    private final Context context;
    private final Producer<byte[], byte[]> producer;
    private final Topics topics;
    private final IngestionConfig config;
    private final long budgetBytes;
    private final AtomicLong inFlightBytes = new AtomicLong();
    private final Deque<Pending> waiting = new ArrayDeque<>();
    private final BrokerWatch watch;
    private final AtomicInteger heartbeatsInFlight = new AtomicInteger();
    private long lastHeartbeatNanos;
    private long timer;

    /** On the event loop that it will serve. */
    KafkaEventLog(Vertx vertx, Producer<byte[], byte[]> producer, Topics topics, IngestionConfig config) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.producer = producer;
        this.topics = topics;
        this.config = config;
        this.budgetBytes = config.inFlightBytes() / Math.max(1, context.getInstanceCount());
        this.watch = new BrokerWatch(TimeUnit.MILLISECONDS.toNanos(config.stallMillis()), System.nanoTime());
        heartbeat();
        timer = vertx.setPeriodic(TICK_MILLIS, id -> tick());
    }

    @Override
    public Future<Void> append(List<ProducerRecord<byte[], byte[]>> records) {
        if (watch.isAway()) {
            return Future.failedFuture(away());
        }
        long bytes = records.stream().mapToLong(KafkaEventLog::bytes).sum();
        if (inFlightBytes.addAndGet(bytes) > budgetBytes) {
            inFlightBytes.addAndGet(-bytes);
            return Future.failedFuture(ApiError.unavailable("Too much waits for the event log already.", 1));
        }
        Pending pending = new Pending(records.size(), bytes, System.nanoTime());
        waiting.add(pending);
        records.forEach(record -> send(record, pending));
        pending.sent = true;
        return pending.answer.future();
    }

    /** What keeps events from being taken; empty if nothing does. */
    String problem() {
        return watch.isAway() ? "the event log does not acknowledge" : "";
    }

    /** Sends what waits, then closes the producer; what it can't send within that time is given up. */
    Future<Void> close(Duration patience) {
        vertx.cancelTimer(timer);
        return vertx.executeBlocking(() -> {
            producer.close(patience);
            return null;
        });
    }

    private void tick() {
        long now = System.nanoTime();
        while (!waiting.isEmpty() && waiting.peek().answered()) {
            waiting.remove();
        }
        Pending oldest = waiting.peek();
        if (oldest != null && watch.wentSilent(oldest.sinceNanos, now)) {
            log.warn("The event log acknowledges nothing; {} requests are answered with 503", waiting.size());
        }
        long overdue = now - TimeUnit.MILLISECONDS.toNanos(config.ackMillis());
        while (oldest != null && (watch.isAway() || oldest.sinceNanos - overdue < 0)) {
            waiting.remove().giveUp();
            oldest = waiting.peek();
        }
        long since = now - lastHeartbeatNanos;
        boolean probe = watch.isAway() && since > PROBE_NANOS;
        if (heartbeatsInFlight.get() == 0
                && (probe || since > TimeUnit.MILLISECONDS.toNanos(config.heartbeatMillis()))) {
            heartbeat();
        }
    }

    /** One record under an empty key to every partition of both topics, so that idle ones move on in time too. */
    private void heartbeat() {
        lastHeartbeatNanos = System.nanoTime();
        AtomicInteger missing = new AtomicInteger(2 * topics.partitions());
        heartbeatsInFlight.addAndGet(missing.get());
        for (String topic : List.of(topics.exposures(), topics.events())) {
            for (int partition = 0; partition < topics.partitions(); partition++) {
                send(
                        new ProducerRecord<>(topic, partition, EventCodec.heartbeatKey(), EventCodec.heartbeat()),
                        (metadata, failure) -> beaten(failure == null, missing));
            }
        }
    }

    private void beaten(boolean safe, AtomicInteger missing) {
        heartbeatsInFlight.decrementAndGet();
        if (safe) {
            watch.acknowledged(System.nanoTime());
            if (missing.decrementAndGet() == 0) {
                watch.whole();
            }
        }
    }

    private void send(ProducerRecord<byte[], byte[]> record, Callback callback) {
        try {
            var unused = producer.send(record, callback); // the callback tells
        } catch (RuntimeException e) {
            log.warn("The producer does not take a record for {}", record.topic(), e);
            callback.onCompletion(null, e);
        }
    }

    static ApiError away() {
        return ApiError.unavailable("The event log can't be reached at the moment.", RETRY_AFTER_SECONDS);
    }

    /** A request's records on their way. */
    private final class Pending implements Callback {
        private final Promise<Void> answer = Promise.promise();
        private final AtomicInteger left;
        private final long bytes;
        private final long sinceNanos;
        private volatile @Nullable Exception failure;
        private volatile boolean sent;

        Pending(int records, long bytes, long sinceNanos) {
            this.left = new AtomicInteger(records);
            this.bytes = bytes;
            this.sinceNanos = sinceNanos;
        }

        @Override
        public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception problem) {
            if (problem == null) {
                watch.acknowledged(System.nanoTime());
            } else {
                failure = problem;
                blame(problem);
            }
            if (left.decrementAndGet() == 0) {
                inFlightBytes.addAndGet(-bytes);
                context.runOnContext(done -> settle());
            }
        }

        private void blame(Exception problem) {
            if (problem instanceof RecordTooLargeException) {
                return;
            }
            if (sent) {
                watch.failed();
            } else {
                watch.lost();
            }
        }

        private void settle() {
            if (failure == null) {
                answer.tryComplete();
            } else if (answer.tryFail(away())) {
                log.warn("Events could not be published: {}", String.valueOf(failure));
            }
        }

        boolean answered() {
            return answer.future().isComplete();
        }

        void giveUp() {
            answer.tryFail(away());
        }
    }

    /** The records of one request, in its order per topic. */
    static List<ProducerRecord<byte[], byte[]>> records(Topics topics, Intake.Outcome outcome) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(outcome.received());
        for (Exposure exposure : outcome.exposures()) {
            records.add(new ProducerRecord<>(
                    topics.exposures(), EventCodec.key(exposure.user()), EventCodec.encode(exposure)));
        }
        for (Goal goal : outcome.goals()) {
            records.add(new ProducerRecord<>(topics.events(), EventCodec.key(goal.user()), EventCodec.encode(goal)));
        }
        return records;
    }

    /** What a record costs while it waits, its surroundings included. */
    private static long bytes(ProducerRecord<byte[], byte[]> record) {
        return record.key().length + record.value().length + OVERHEAD_BYTES;
    }
}
