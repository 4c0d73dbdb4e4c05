package io.assay.client;

import io.assay.protocol.Json;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends events, on a thread of its own, until each is acknowledged, refused or dropped.
 *
 * <p>A batch goes when it is full or its time has come. Without a readable answer it goes again, with the same ids, by which the
 * server knows what it has already. A batch that is too large, or refused as a whole, goes again in halves, so that what is wrong
 * with it ends up alone; likewise, after some attempts, one that something in between does not let through.
 */
final class EventSender implements Runnable {
    final LongAdder retries = new LongAdder();

    private static final int MAX_BATCH_BYTES = 400 * 1024;

    /** How often a batch goes as a whole though something that is not ours refuses it. */
    private static final int MAX_REFUSALS = 5;

    /** Refusals that say nothing about what is in the batch: who sends it, and when. */
    private static final Set<Integer> PASSING = Set.of(401, 408, 429);

    /** Why the server may take later what it refuses now. */
    private static final Set<String> PASSING_CODES = Set.of("not_launched", "unknown_experiment", "throttled");

    private static final long PAUSE_NANOS = 1_000_000;

    private final Deque<Batch> outbox = new ArrayDeque<>();
    private final Object progress = new Object();
    private final AssayOptions options;
    private final EventBuffer events;
    private final HttpCalls http;
    private final Backoff backoff;
    private final Trouble trouble;
    private final Runnable onSent;
    private final int batchSize;
    private volatile @Nullable Thread thread;
    private volatile boolean isUrgent;
    private volatile boolean isClosing;
    private volatile long closeDeadline;
    private volatile int flushes;
    private volatile long flushedUntil;
    private String ids = "";
    private long notBefore = System.nanoTime();
    private long askedUntil = notBefore;

    EventSender(AssayOptions options, EventBuffer events, HttpCalls http, Trouble trouble, Runnable onSent) {
        this.options = options;
        this.events = events;
        this.http = http;
        this.trouble = trouble;
        this.onSent = onSent;
        batchSize = Math.min(options.batchSize, options.queueCapacity);
        backoff = new Backoff(options.retryBase, options.retryMax);
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            ids = UUID.randomUUID() + "-"; // may wait for randomness, as no caller should
            while (!isClosing) {
                turn();
            }
            sendLast();
        } finally {
            dropAll();
        }
    }

    private void turn() {
        try {
            sendAll(rest());
        } catch (Throwable e) {
            trouble.note("events: " + e);
        }
    }

    /** There may be a batch. */
    void wake() {
        Thread sender = thread;
        if (sender != null) {
            LockSupport.unpark(sender);
        }
    }

    /** Waits until all that was offered so far is dealt with. */
    boolean flush(long nanos) throws InterruptedException {
        long offered = events.offered.sum();
        long deadline = System.nanoTime() + nanos;
        synchronized (progress) {
            flushes++;
            flushedUntil = Math.max(flushedUntil, offered);
        }
        isUrgent = true;
        wake();
        synchronized (progress) {
            try {
                for (long rest = nanos; events.settled() < offered && rest > 0; rest = deadline - System.nanoTime()) {
                    progress.wait(rest / 1_000_000, (int) (rest % 1_000_000));
                }
            } finally {
                flushes--;
            }
        }
        return events.settled() >= offered;
    }

    private boolean isFlushWaiting() {
        return flushes > 0 && events.settled() < flushedUntil;
    }

    /** Sends what is left for so long, and no longer. */
    void close(long nanos) {
        closeDeadline = System.nanoTime() + nanos;
        http.hurry(Duration.ofNanos(nanos));
        isClosing = true;
        wake();
    }

    /** Returns when there is something to send for which it is time, and no pause is on: whether it is time for whatever there is. */
    private boolean rest() {
        long until = System.nanoTime() + options.flushInterval.toNanos();
        while (!isClosing && !isUrgent) {
            boolean isFlush = isFlushWaiting();
            boolean hasBatch = !outbox.isEmpty() || events.waiting() >= batchSize;
            long pause = (hasBatch || isFlush ? Math.max(notBefore, askedUntil) : until) - System.nanoTime();
            if (pause <= 0) {
                return !hasBatch || isFlush;
            }
            LockSupport.parkNanos(this, pause);
        }
        return true;
    }

    /** Sends full batches, and if it is time all that was offered when it began. */
    private void sendAll(boolean isTime) {
        boolean urgent = isUrgent;
        isUrgent = false;
        long until = isTime ? events.offered.sum() : 0;
        boolean isSent = false;
        while (!isClosing
                && isDue(urgent)
                && (events.settled() < until || !outbox.isEmpty() || events.waiting() >= batchSize)
                && sendNext()) {
            isSent = true;
            urgent = false;
        }
        tellProgress();
        if (!isSent && !isClosing && isFlushWaiting()) {
            LockSupport.parkNanos(this, PAUSE_NANOS); // somebody is just about to add an event that they counted
        }
    }

    private boolean isDue(boolean urgent) {
        long now = System.nanoTime();
        return now - askedUntil >= 0 && (urgent || now - notBefore >= 0);
    }

    /** Tries once whatever pause is on, unless the server asked for it, and again for as long as there is time. */
    private void sendLast() {
        notBefore = System.nanoTime();
        while (System.nanoTime() - closeDeadline < 0) {
            long next = Math.max(notBefore, askedUntil);
            long pause = next - System.nanoTime();
            if (next - closeDeadline >= 0) {
                return;
            }
            if (pause > 0) {
                LockSupport.parkNanos(this, pause);
            } else if (!sendNext() && outbox.isEmpty()) {
                return;
            }
        }
    }

    /** Sends one batch; false if there is none or it has to go again. */
    private boolean sendNext() {
        if (outbox.isEmpty()) {
            List<QueuedEvent> taken = taken();
            if (taken.isEmpty()) {
                return false;
            }
            outbox.push(Batch.of(taken));
        }
        Batch batch = outbox.element();
        try {
            return isSettled(batch, http.post("/events", batch.body(ids)));
        } catch (Throwable e) {
            again(batch.refused(0), "/events: " + e, 0);
            return false;
        } finally {
            onSent.run();
        }
    }

    private boolean isSettled(Batch batch, HttpCalls.Answer answer) {
        Map<?, ?> json = object(answer.body());
        int status = answer.status();
        String why = "/events: status " + status;
        boolean isRefused = status == 400 && json.get("code") instanceof String;
        if ((status == 201 || isRefused) && json.get("received") instanceof BigDecimal received) {
            mayComeAgain(batch, json.get("rejected"));
            done(batch, Math.max(0, Math.min(batch.size(), received.intValue())));
        } else if (isRefused || status == 413) {
            split(batch, why + " " + json.get("detail"));
        } else {
            boolean isStrange = status >= 400 && status < 500 && !PASSING.contains(status);
            Batch again = batch.refused(isStrange ? batch.refusals() + 1 : 0);
            if (again.refusals() < MAX_REFUSALS) {
                again(again, why, Backoff.asked(answer.retryAfter()));
            } else {
                split(again, why);
                again(null, why, Backoff.asked(answer.retryAfter()));
            }
            return false;
        }
        backoff.succeeded();
        return true;
    }

    private void mayComeAgain(Batch batch, @Nullable Object rejected) {
        if (!(rejected instanceof List<?> all)) {
            return;
        }
        for (Object one : all) {
            if (one instanceof Map<?, ?> map
                    && map.get("index") instanceof BigDecimal index
                    && map.get("code") instanceof String code
                    && PASSING_CODES.contains(code)
                    && index.signum() >= 0
                    && index.intValue() < batch.size()) {
                events.lost(batch.events().get(index.intValue()));
            }
        }
    }

    private void done(Batch batch, int delivered) {
        outbox.pop();
        batch.events().forEach(event -> events.settle());
        events.delivered.add(delivered);
        events.rejected.add(batch.size() - delivered);
        if (delivered < batch.size()) {
            trouble.note("/events: " + (batch.size() - delivered) + " of " + batch.size() + " refused");
        }
        tellProgress();
    }

    private void split(Batch batch, String why) {
        trouble.note(why);
        if (batch.size() == 1) {
            done(batch, 0);
            return;
        }
        outbox.pop();
        outbox.push(batch.secondHalf());
        outbox.push(batch.firstHalf());
    }

    private void again(@Nullable Batch batch, String why, long askedNanos) {
        if (batch != null) {
            outbox.pop();
            outbox.push(batch);
        }
        trouble.note(why);
        retries.increment();
        long now = System.nanoTime();
        notBefore = now + backoff.failed();
        askedUntil = now + askedNanos;
        tellProgress();
    }

    private List<QueuedEvent> taken() {
        List<QueuedEvent> batch = new ArrayList<>();
        int bytes = 0;
        while (batch.size() < batchSize && (batch.isEmpty() || bytes + events.nextBytes() < MAX_BATCH_BYTES)) {
            QueuedEvent event = events.poll();
            if (event == null) {
                break;
            }
            bytes += event.bytes();
            batch.add(event);
        }
        return batch;
    }

    private static Map<?, ?> object(byte[] body) {
        try {
            return Json.parse(body, Json.Limits.SNAPSHOT) instanceof Map<?, ?> map ? map : Map.of();
        } catch (Throwable e) {
            return Map.of();
        }
    }

    private void dropAll() {
        while (!outbox.isEmpty()) {
            Batch batch = outbox.pop();
            batch.events().forEach(event -> events.settle());
            events.dropped.add(batch.size());
        }
        events.end();
        tellProgress();
    }

    private void tellProgress() {
        synchronized (progress) {
            progress.notifyAll();
        }
    }
}
