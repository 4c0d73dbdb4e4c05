package io.assay.client;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps the snapshot up to date, on a thread of its own; {@link EmergencyPoller} does the same for the emergency list.
 *
 * <pre>
 *  time  in                                state             out
 *   0 s  file: version 7, intact           FILE, version 7   users are evaluated
 *   0 s  /config: no answer                FILE, version 7   awaitReady says FILE; again within 1 s, 2 s, 4 s ... 30 s
 *   2 s  /config: 200, version 9, "e9"     SERVER, version 9 written to the file, listeners are told
 *   7 s  /config/emergency: k is killed    SERVER, version 9 k is control for everybody, nothing else changes
 *  32 s  /config, If-None-Match "e9": 304  the same
 *  62 s  /config: 200, version 8           the same          counted as older; "e9" is what is asked with next
 *  92 s  /config: 200, not JSON            the same          counted as unreadable; likewise
 * 122 s  /config: 503, Retry-After: 60     the same          next in 60 s
 * </pre>
 *
 * <p>An ETag is kept only when its body was read, compiled and taken into use: else one bad answer would be "not modified" for ever.
 */
final class SnapshotPoller implements Runnable {
    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;

    private final CountDownLatch ready = new CountDownLatch(1);
    private final AssayOptions options;
    private final HttpCalls http;
    private final Configuration configuration;
    private final Trouble trouble;
    private final Backoff backoff;
    private volatile boolean ended;

    SnapshotPoller(AssayOptions options, HttpCalls http, Configuration configuration, Trouble trouble) {
        this.options = options;
        this.http = http;
        this.configuration = configuration;
        this.trouble = trouble;
        backoff = new Backoff(options.retryBase, options.retryMax);
    }

    CountDownLatch ready() {
        return ready;
    }

    void end() {
        ended = true;
        ready.countDown();
    }

    /** Between two requests it writes the file, also for the emergency list. */
    @Override
    public void run() {
        configuration.readFile();
        while (!ended) {
            long pause = poll();
            long next = System.nanoTime() + pause;
            configuration.writeFile();
            for (long rest = pause; !ended && rest > 0; rest = next - System.nanoTime()) {
                LockSupport.parkNanos(this, rest);
                configuration.writeFile();
            }
        }
    }

    /** Returns the pause before the next. */
    private long poll() {
        try {
            String tag = configuration.configTag();
            HttpCalls.Answer answer = http.get("/config", tag);
            if (answer.status() == OK) {
                configuration.take(answer.body(), answer.etag());
                backoff.succeeded();
                return Backoff.around(options.pollInterval);
            }
            if (answer.status() == NOT_MODIFIED && tag != null) {
                configuration.isCurrent();
                backoff.succeeded();
                return Backoff.around(options.pollInterval);
            }
            failed("/config: status " + answer.status());
            return Math.max(pauseAfterFailure(), Backoff.asked(answer.retryAfter()));
        } catch (Throwable e) {
            failed("/config: " + e);
            return pauseAfterFailure();
        } finally {
            if (configuration.source() != SnapshotSource.NONE) {
                ready.countDown();
            }
        }
    }

    /** Whoever has nothing from the server yet asks sooner. */
    private long pauseAfterFailure() {
        long usual = Backoff.around(options.pollInterval);
        return configuration.source() == SnapshotSource.SERVER ? usual : Math.min(usual, backoff.failed());
    }

    private void failed(String what) {
        if (!ended) {
            configuration.failed.increment();
            trouble.note(what);
        }
    }
}
