package io.assay.client;

import io.assay.protocol.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends events, on a thread of its own, until each is acknowledged, refused or dropped.
 *
 * <p>A batch goes when it is full or its time has come. Without a readable answer it goes again, with the same ids, by which the
 * server knows what it has already. A batch that is too large, or refused as a whole, goes again in halves, so that what is wrong
 * with it ends up alone.
 */
final class EventSender implements Runnable {
    final LongAdder retries = new LongAdder();

    private static final int MAX_BATCH_BYTES = 400 * 1024;

    private final String ids = UUID.randomUUID() + "-";
    private final Deque<List<QueuedEvent>> outbox = new ArrayDeque<>();
    private final Object progress = new Object();
    private final AssayOptions options;
    private final EventBuffer events;
    private final HttpCalls http;
    private final Backoff backoff;
    private final Trouble trouble;
    private volatile @Nullable Thread thread;
    private volatile boolean isUrgent;
    private volatile boolean isClosing;
    private volatile long closeDeadline;
    private long notBefore = System.nanoTime();
    private long askedUntil = notBefore;

    EventSender(AssayOptions options, EventBuffer events, HttpCalls http, Trouble trouble) {
        this.options = options;
        this.events = events;
        this.http = http;
        this.trouble = trouble;
        backoff = new Backoff(options.retryBase, options.retryMax);
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
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
        isUrgent = true;
        wake();
        synchronized (progress) {
            for (long rest = nanos; events.settled() < offered && rest > 0; rest = deadline - System.nanoTime()) {
                progress.wait(rest / 1_000_000, (int) (rest % 1_000_000));
            }
        }
        return events.settled() >= offered;
    }

    /** Sends what is left for so long, and no longer. */
    void close(long nanos) {
        closeDeadline = System.nanoTime() + nanos;
        http.hurry(Duration.ofNanos(nanos));
        isClosing = true;
        wake();
    }

    /** Returns when there is a full batch, or something to send again, and no pause is on; or when the time has come. */
    private boolean rest() {
        long until = System.nanoTime() + options.flushInterval.toNanos();
        while (!isClosing && !isUrgent) {
            boolean hasBatch = !outbox.isEmpty() || events.queued() >= options.batchSize;
            long pause = (hasBatch ? Math.max(notBefore, askedUntil) : until) - System.nanoTime();
            if (pause <= 0) {
                return !hasBatch;
            }
            LockSupport.parkNanos(this, pause);
        }
        return true;
    }

    /** Sends full batches, and if it is time what else there was when it began. */
    private void sendAll(boolean isTime) {
        boolean urgent = isUrgent;
        isUrgent = false;
        int rest = isTime ? events.queued() : 0;
        while (!isClosing
                && isDue(urgent)
                && (rest > 0 || !outbox.isEmpty() || events.queued() >= options.batchSize)
                && sendNext()) {
            rest -= options.batchSize;
            urgent = false;
        }
        tellProgress();
    }

    private boolean isDue(boolean urgent) {
        long now = System.nanoTime();
        return now - askedUntil >= 0 && (urgent || now - notBefore >= 0);
    }

    private void sendLast() {
        while (System.nanoTime() - closeDeadline < 0) {
            long pause = Math.max(notBefore, askedUntil) - System.nanoTime();
            if (pause > 0) {
                LockSupport.parkNanos(this, Math.min(pause, closeDeadline - System.nanoTime()));
            } else if (!sendNext() && outbox.isEmpty()) {
                return;
            }
        }
    }

    /** Sends one batch; false if there is none or it has to go again. */
    private boolean sendNext() {
        List<QueuedEvent> batch = outbox.isEmpty() ? taken() : outbox.peek();
        if (batch.isEmpty()) {
            return false;
        }
        if (outbox.isEmpty()) {
            outbox.push(batch);
        }
        try {
            HttpCalls.Answer answer = http.post("/events", body(batch));
            return isSettled(batch, answer);
        } catch (Throwable e) {
            again("/events: " + e, 0);
            return false;
        }
    }

    private boolean isSettled(List<QueuedEvent> batch, HttpCalls.Answer answer) {
        Map<?, ?> json = object(answer.body());
        boolean isTaken = answer.status() == 201;
        boolean isRefused = answer.status() == 400 && json.get("code") instanceof String;
        if ((isTaken || isRefused) && json.get("received") instanceof BigDecimal received) {
            done(batch, Math.max(0, Math.min(batch.size(), received.intValue())));
        } else if (isRefused || answer.status() == 413) {
            split(batch, "/events: status " + answer.status() + " " + json.get("detail"));
        } else {
            again("/events: status " + answer.status(), Backoff.asked(answer.retryAfter()));
            return false;
        }
        backoff.succeeded();
        return true;
    }

    private void done(List<QueuedEvent> batch, int delivered) {
        outbox.pop();
        batch.forEach(events::settle);
        events.delivered.add(delivered);
        events.rejected.add(batch.size() - delivered);
        if (delivered < batch.size()) {
            trouble.note("/events: " + (batch.size() - delivered) + " of " + batch.size() + " refused");
        }
        tellProgress();
    }

    private void split(List<QueuedEvent> batch, String why) {
        trouble.note(why);
        if (batch.size() == 1) {
            done(batch, 0);
            return;
        }
        outbox.pop();
        int half = batch.size() / 2;
        outbox.push(new ArrayList<>(batch.subList(half, batch.size())));
        outbox.push(new ArrayList<>(batch.subList(0, half)));
    }

    private void again(String why, long askedNanos) {
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
        while (batch.size() < options.batchSize && (batch.isEmpty() || bytes + events.nextBytes() < MAX_BATCH_BYTES)) {
            QueuedEvent event = events.poll();
            if (event == null) {
                break;
            }
            bytes += event.bytes();
            batch.add(event);
        }
        return batch;
    }

    private byte[] body(List<QueuedEvent> batch) {
        Map<String, List<Object>> byUser = new LinkedHashMap<>();
        for (QueuedEvent event : batch) {
            byUser.computeIfAbsent(event.user(), user -> new ArrayList<>())
                    .add(new Json.Raw("{\"id\":\"" + ids + event.number() + "\"," + event.rest()));
        }
        List<Object> entries = new ArrayList<>();
        byUser.forEach((user, own) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("user_id", user);
            entry.put("events", own);
            entries.add(entry);
        });
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("batch", entries);
        body.put("sent_at", System.currentTimeMillis());
        body.put("sdk", AssayClient.SDK);
        return Json.write(body).getBytes(StandardCharsets.UTF_8);
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
            List<QueuedEvent> batch = outbox.pop();
            batch.forEach(events::settle);
            events.dropped.add(batch.size());
        }
        events.dropAll();
        tellProgress();
    }

    private void tellProgress() {
        synchronized (progress) {
            progress.notifyAll();
        }
    }
}
