package io.assay.client;

import io.assay.engine.UserId;
import io.assay.engine.Utf8;
import io.assay.protocol.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait to be sent: bounded in number and bytes, the oldest make room for the newest and are counted.
 *
 * <p>Written by any number of threads that never wait, read by the one that sends. An event counts as queued until it is delivered,
 * dropped or rejected. The bounds are for those that wait: a batch that was taken from here comes on top, and is never dropped to
 * make room, since a server may have it already.
 */
final class EventBuffer {
    /** The most that a server takes for one event, with room for the id. */
    static final int MAX_EVENT_BYTES = 32 * 1024 - 100;

    private static final long MAX_BYTES = 16 << 20;
    private static final int PLACES = 6;
    private static final double MAX_VALUE = 1e9;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.:$-]{1,128}");

    final LongAdder offered = new LongAdder();
    final LongAdder delivered = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder rejected = new LongAdder();

    private final ConcurrentLinkedQueue<QueuedEvent> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong numbers = new AtomicLong();
    private final int capacity;
    private final int batchSize;
    private final Trouble trouble;
    private volatile Runnable onBatch = () -> {};
    private volatile Consumer<QueuedEvent> onLost = event -> {};
    private volatile boolean closed;
    private volatile boolean ended;

    EventBuffer(int capacity, int batchSize, Trouble trouble) {
        this.capacity = Math.max(1, capacity);
        this.batchSize = batchSize;
        this.trouble = trouble;
    }

    /** Calls back, from any thread, when there is a batch to send. */
    void onBatch(Runnable wake) {
        onBatch = wake;
    }

    /** Calls back, from any thread, when an exposure was lost that may be recorded again. */
    void onLost(Consumer<QueuedEvent> forget) {
        onLost = forget;
    }

    void exposure(String user, String experiment, String variant, long pair, int tag) {
        StringBuilder json = new StringBuilder(128);
        json.append("\"type\":\"exposure\",\"experiment\":")
                .append(Json.write(experiment))
                .append(",\"variant\":")
                .append(Json.write(variant));
        offer(user, json, pair, tag);
    }

    void goal(@Nullable String user, @Nullable String name, double value, @Nullable Map<String, ?> properties) {
        String wrong = wrong(user, name, value);
        if (wrong != null || user == null) {
            offered.increment();
            rejected.increment();
            trouble.note("goal: " + wrong);
            return;
        }
        offer(user, goal(name, value, properties), 0, 0);
    }

    private StringBuilder goal(@Nullable String name, double value, @Nullable Map<String, ?> properties) {
        StringBuilder json = new StringBuilder(128);
        json.append("\"name\":\"").append(name).append('"');
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(PLACES, RoundingMode.HALF_EVEN);
        if (rounded.signum() != 0) {
            json.append(",\"value\":").append(Json.write(rounded.stripTrailingZeros()));
        }
        String more = written(properties);
        if (more != null) {
            json.append(",\"properties\":").append(more);
        }
        return json;
    }

    /** Lets the JVM load what callers need, so that none of them waits for that. */
    void warmUp() {
        wrong("user", "goal", 1);
        goal("goal", 1.5, Collections.singletonMap("name", "value"));
    }

    private static @Nullable String wrong(@Nullable String user, @Nullable String name, double value) {
        if (user == null || !UserId.isValid(user)) {
            return "no user id (expected: " + UserId.EXPECTED + ")";
        }
        if (name == null || !NAME.matcher(name).matches()) {
            return "no name (expected: " + NAME + ")";
        }
        return Math.abs(value) <= MAX_VALUE ? null : "value " + value + " (expected: at most 10^9)";
    }

    /** A goal counts without properties that cannot be sent. */
    private @Nullable String written(@Nullable Map<String, ?> properties) {
        if (properties == null) {
            return null;
        }
        try {
            String json = Json.write(properties);
            if (Utf8.length(json) <= MAX_EVENT_BYTES / 2) {
                return json;
            }
            trouble.note("goal: properties left out, they take more than " + MAX_EVENT_BYTES / 2 + " bytes");
        } catch (Throwable e) {
            trouble.note("goal: properties left out, " + e);
        }
        return null;
    }

    private void offer(String user, StringBuilder json, long pair, int tag) {
        String rest = json.append(",\"timestamp\":")
                .append(System.currentTimeMillis())
                .append('}')
                .toString();
        QueuedEvent event =
                new QueuedEvent(user, numbers.getAndIncrement(), rest, Utf8.length(rest) + user.length(), pair, tag);
        offered.increment();
        if (!UserId.isValid(user)) {
            rejected.increment();
            trouble.note("no user id (expected: " + UserId.EXPECTED + ")");
            return;
        }
        if (closed) {
            dropped.increment();
            return;
        }
        add(event);
    }

    private void add(QueuedEvent event) {
        queued.incrementAndGet();
        bytes.addAndGet(event.bytes());
        int size = waiting.incrementAndGet();
        queue.add(event);
        if (ended) {
            dropAll();
        } else if (!madeRoom() && size % batchSize == 0) {
            onBatch.run();
        }
    }

    /** Drops the oldest while too many wait, each thread one for one; says whether there were too many. */
    private boolean madeRoom() {
        boolean isFull = false;
        for (int size = waiting.get(); isTooMuch(size); size = waiting.get()) {
            isFull = true;
            if (!waiting.compareAndSet(size, size - 1)) {
                continue;
            }
            QueuedEvent oldest = queue.poll();
            if (oldest == null) {
                waiting.incrementAndGet(); // it is counted and not there yet: whoever adds it makes room
                break;
            }
            bytes.addAndGet(-oldest.bytes());
            settle();
            dropped.increment();
            lost(oldest);
        }
        return isFull;
    }

    private boolean isTooMuch(int size) {
        return size > capacity || (size > 1 && bytes.get() > MAX_BYTES);
    }

    /** An exposure was not counted, and may be if it happens again. */
    void lost(QueuedEvent event) {
        if (event.tag() != 0 && !closed) {
            onLost.accept(event);
        }
    }

    /** The oldest event that waits, or null; it is queued until it is settled. */
    @Nullable
    QueuedEvent poll() {
        QueuedEvent oldest = queue.poll();
        if (oldest != null) {
            waiting.decrementAndGet();
            bytes.addAndGet(-oldest.bytes());
        }
        return oldest;
    }

    /** The bytes of the oldest event that waits, or a great many if there is none. */
    int nextBytes() {
        QueuedEvent next = queue.peek();
        return next == null ? Integer.MAX_VALUE : next.bytes();
    }

    /** An event is not queued any more, whatever became of it. */
    void settle() {
        queued.decrementAndGet();
    }

    int queued() {
        return queued.get();
    }

    /** How many are queued and not on their way. */
    int waiting() {
        return waiting.get();
    }

    long settled() {
        return delivered.sum() + dropped.sum() + rejected.sum();
    }

    /** From now on whatever comes is dropped. */
    void close() {
        closed = true;
    }

    /** From now on nothing is sent: what is queued is dropped, and what a thread is just adding. */
    void end() {
        closed = true;
        ended = true;
        dropAll();
    }

    private void dropAll() {
        for (QueuedEvent event = poll(); event != null; event = poll()) {
            settle();
            dropped.increment();
        }
    }
}
