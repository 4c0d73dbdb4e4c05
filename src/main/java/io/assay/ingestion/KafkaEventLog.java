package io.assay.ingestion;

import io.assay.platform.ApiError;
import io.assay.platform.Topics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
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
     * with a full buffer (which the budget here prevents). Its callbacks run on its own thread; all other state
     * belongs to the event loop that made this log, but for the budget and the watch.
     *
     * A request is answered when all of its records are acknowledged, when one was given up, when it waited ackMillis, or
     * when the broker went silent or no connection is left: then everything that waits is answered, what comes is refused at
     * once, and heartbeats probe until one is acknowledged. The budget of a request is given back only when the producer is done with all of
     * its records, whatever the client was told.
     */
    private static final Logger log = LoggerFactory.getLogger(KafkaEventLog.class);
    private static final long TICK_MILLIS = 50;
    private static final long OVERHEAD_BYTES = 128;

    /** What a request costs while it waits, beside its records: its head, its connection's state, its answer. */
    private static final long REQUEST_BYTES = 4096;

    private static final String FULL = "Too much waits for the event log already.";
    private static final int RETRY_AFTER_SECONDS = 2;

    private final Vertx vertx;
    private final Context context;
    private final Producer<byte[], byte[]> producer;
    private final IngestionConfig config;
    private final long budgetBytes;
    private final AtomicLong inFlightBytes = new AtomicLong();
    private final Deque<Pending> waiting = new ArrayDeque<>();
    private final BrokerWatch watch;
    private final Heartbeats heartbeats;
    private final ProducerConnections connections;
    private long timer;

    /** On the event loop that it will serve. */
    KafkaEventLog(Vertx vertx, Producer<byte[], byte[]> producer, Topics topics, IngestionConfig config) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.producer = producer;
        this.config = config;
        this.budgetBytes = config.budgetBytes(context);
        this.watch = new BrokerWatch(TimeUnit.MILLISECONDS.toNanos(config.stallMillis()), System.nanoTime());
        this.heartbeats = new Heartbeats(topics, watch, config.heartbeatMillis());
        this.connections = ProducerConnections.of(producer);
        heartbeats.send(System.nanoTime(), this::send);
        timer = vertx.setPeriodic(TICK_MILLIS, id -> tick());
    }

    @Override
    public Future<Void> append(List<ProducerRecord<byte[], byte[]>> records) {
        if (watch.isAway()) {
            return Future.failedFuture(away());
        }
        long bytes = REQUEST_BYTES;
        for (ProducerRecord<byte[], byte[]> record : records) {
            bytes += bytes(record);
        }
        if (inFlightBytes.addAndGet(bytes) > budgetBytes) {
            inFlightBytes.addAndGet(-bytes);
            return Future.failedFuture(ApiError.unavailable(FULL, 1));
        }
        Pending pending = new Pending(records.size(), bytes, System.nanoTime());
        waiting.add(pending);
        for (ProducerRecord<byte[], byte[]> record : records) {
            send(record, pending);
        }
        pending.sent = true;
        return pending.answer.future();
    }

    /** What waits for the broker, by its cost. */
    long inFlightBytes() {
        return inFlightBytes.get();
    }

    boolean isAway() {
        return watch.isAway();
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
        boolean isCutOff = watch.wasCutOff(oldest != null && connections.count() == 0);
        if (oldest != null && (isCutOff || watch.wentSilent(oldest.sinceNanos, now))) {
            log.warn("The event log acknowledges nothing; {} requests are answered with 503", waiting.size());
        }
        long overdue = now - TimeUnit.MILLISECONDS.toNanos(config.ackMillis());
        while (oldest != null && (watch.isAway() || oldest.sinceNanos - overdue < 0)) {
            waiting.remove().giveUp();
            oldest = waiting.peek();
        }
        if (heartbeats.isDue(now)) {
            heartbeats.send(now, this::send);
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

    /** What a record costs while it waits, its surroundings included. */
    private static long bytes(ProducerRecord<byte[], byte[]> record) {
        return record.key().length + record.value().length + OVERHEAD_BYTES;
    }
}
