package io.assay.metrics;

import io.assay.analytics.MetricStore;
import io.assay.analytics.RefusedRowsException;
import io.assay.platform.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what the join wrote, and the raw log, into the store, on a thread of its own. A position is committed after the
 * store took what lies before it; so after any failure some rows come again, and the store knows them by their positions.
 */
final class Sink {
    private static final Logger log = LoggerFactory.getLogger(Sink.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final long STORE_SECONDS = 60;

    /** Of one poll: where so many rows are at fault it is the store, and nothing is left out. */
    private static final int MOST_LEFT_OUT = 50;

    private final Topics topics;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final MetricStore store;
    private final Map<String, Integer> numbers;
    private final Supplier<? extends Collection<Integer>> retired;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private final SinkMeters meters = new SinkMeters();
    private int leftOut;
    private volatile boolean refusing;
    private volatile boolean failing;

    /**
     * @param numbers what the store calls each topic in a position
     * @param retired the generations of which nothing is stored any more
     */
    Sink(
            Topics topics,
            Supplier<Consumer<byte[], byte[]>> consumers,
            MetricStore store,
            Map<String, Integer> numbers,
            Supplier<? extends Collection<Integer>> retired) {
        this.topics = topics;
        this.consumers = consumers;
        this.store = store;
        this.numbers = Map.copyOf(numbers);
        this.retired = retired;
        this.thread = new Thread(this::run, "assay-metrics-sink");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** "" or why the store does not get what the join writes. */
    String problem() {
        if (thread.getState() == Thread.State.TERMINATED) {
            return "the sink has ended";
        }
        if (failing) {
            return "the sink has failed and begins anew";
        }
        return refusing ? "the analytics store takes no rows" : "";
    }

    /** Stops after the batch at hand, or at once if the store does not take it. */
    void close(Duration patience) throws InterruptedException {
        closed.countDown();
        var current = consumer;
        if (current != null) {
            current.wakeup();
        }
        thread.join(patience.toMillis());
    }

    private void run() {
        while (!isClosed()) {
            try (var opened = consumers.get()) {
                consumer = opened;
                opened.subscribe(List.of(
                        topics.exposures(),
                        topics.events(),
                        topics.aggregates(),
                        topics.assignments(),
                        topics.deadLetter()));
                while (!isClosed()) {
                    carry(opened);
                    failing = false;
                }
            } catch (WakeupException e) {
                // closing
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Throwable e) {
                failing = true;
                log.error("The sink failed and opens another consumer", e);
                isClosedWithin(LONGEST_PAUSE);
            }
        }
    }

    private void carry(Consumer<byte[], byte[]> consumer) throws InterruptedException {
        // what the store made us pause goes on, also where the last row was left out instead of stored
        consumer.resume(consumer.paused());
        var records = consumer.poll(POLL);
        if (records.isEmpty()) {
            return;
        }
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>(records.count());
        records.forEach(all::add);
        leftOut = 0;
        boolean isStored = store(all, consumer);
        if (leftOut >= MOST_LEFT_OUT) {
            refusing = true;
            log.warn("The store refuses one row after another: nothing is left out, all of them come again");
            meters.failed();
            all.forEach(record -> rewind(consumer, record));
            isClosedWithin(LONGEST_PAUSE);
        } else if (isStored) {
            try {
                consumer.commitSync();
            } catch (CommitFailedException | RebalanceInProgressException e) {
                log.debug("Positions not committed: the partitions moved on; the rows will come again", e);
            }
        }
    }

    /** Tries until the store takes them, but for those it refuses for good; false if that was not before the sink was closed. */
    private boolean store(List<ConsumerRecord<byte[], byte[]>> records, Consumer<byte[], byte[]> consumer)
            throws InterruptedException {
        for (var pause = SHORTEST_PAUSE; ; pause = longer(pause)) {
            long began = System.nanoTime();
            var batch = new SinkBatch(topics, numbers, retired.get());
            records.forEach(batch::add);
            try {
                store.store(batch.batch())
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(STORE_SECONDS, TimeUnit.SECONDS);
                refusing = false;
                meters.stored(records.size(), System.nanoTime() - began);
                return true;
            } catch (ExecutionException | TimeoutException e) {
                if (isClosed()) {
                    return false;
                }
                if (cause(e) instanceof RefusedRowsException) {
                    return storeApart(records, cause(e), consumer);
                }
                refusing = true;
                meters.failed();
                log.warn("The store does not take the rows; trying again in {}: {}", pause, cause(e).toString());
                keepAlive(consumer, pause);
            }
        }
    }

    /** One of these rows is at fault: halves are tried, down to that row. */
    private boolean storeApart(
            List<ConsumerRecord<byte[], byte[]>> records, Throwable reason, Consumer<byte[], byte[]> consumer)
            throws InterruptedException {
        if (leftOut >= MOST_LEFT_OUT) {
            return false;
        }
        if (records.size() > 1) {
            int half = records.size() / 2;
            return store(records.subList(0, half), consumer) && store(records.subList(half, records.size()), consumer);
        }
        leftOut++;
        meters.leftOut();
        var record = records.get(0);
        log.error(
                "Left out {} [{}] at {}: the store refuses it",
                record.topic(),
                record.partition(),
                record.offset(),
                reason);
        return true;
    }

    private static void rewind(Consumer<byte[], byte[]> consumer, ConsumerRecord<byte[], byte[]> record) {
        var partition = new TopicPartition(record.topic(), record.partition());
        if (consumer.assignment().contains(partition) && consumer.position(partition) > record.offset()) {
            consumer.seek(partition, record.offset());
        }
    }

    /** Stays a member of the group without taking further records. */
    private static void keepAlive(Consumer<byte[], byte[]> consumer, Duration pause) {
        consumer.pause(consumer.assignment());
        ConsumerRecords<byte[], byte[]> tooEarly = consumer.poll(pause);
        for (var partition : tooEarly.partitions()) {
            if (consumer.assignment().contains(partition)) {
                consumer.seek(partition, tooEarly.records(partition).get(0).offset());
            }
        }
    }

    private static Duration longer(Duration pause) {
        var doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    private static Throwable cause(Exception e) {
        var cause = e.getCause();
        return cause == null ? e : cause;
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private boolean isClosedWithin(Duration pause) {
        try {
            return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
