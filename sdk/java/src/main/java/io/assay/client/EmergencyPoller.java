package io.assay.client;

import io.assay.protocol.Json;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Keeps the emergency list up to date, on a thread of its own: a kill is seen in time, whatever becomes of {@code /config}. */
final class EmergencyPoller implements Runnable {
    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;

    /** A server that asks for a longer pause does not get it: there would be no kill for so long. */
    private static final long MAX_ASKED_NANOS = Duration.ofSeconds(30).toNanos();

    private final AssayOptions options;
    private final HttpCalls http;
    private final Configuration configuration;
    private final Trouble trouble;
    private final Runnable onNews;
    private volatile boolean ended;
    private @Nullable String tag;

    EmergencyPoller(
            AssayOptions options, HttpCalls http, Configuration configuration, Trouble trouble, Runnable onNews) {
        this.options = options;
        this.http = http;
        this.configuration = configuration;
        this.trouble = trouble;
        this.onNews = onNews;
    }

    void end() {
        ended = true;
    }

    @Override
    public void run() {
        while (!ended) {
            long pause = poll();
            long next = System.nanoTime() + pause;
            for (long rest = pause; !ended && rest > 0; rest = next - System.nanoTime()) {
                LockSupport.parkNanos(this, rest);
            }
        }
    }

    /** Returns the pause before the next. */
    private long poll() {
        long usual = Backoff.around(options.emergencyInterval);
        try {
            HttpCalls.Answer answer = http.get("/config/emergency", tag);
            if (answer.status() == NOT_MODIFIED && tag != null) {
                configuration.notModified.increment();
            } else if (answer.status() == OK) {
                take(answer);
            } else {
                failed("/config/emergency: status " + answer.status());
                return Math.max(usual, Math.min(MAX_ASKED_NANOS, Backoff.asked(answer.retryAfter())));
            }
        } catch (Throwable e) {
            failed("/config/emergency: " + e);
        }
        return usual;
    }

    private void take(HttpCalls.Answer answer) {
        EmergencyList list;
        try {
            list = EmergencyList.of(Json.parse(answer.body(), Json.Limits.SNAPSHOT));
        } catch (Throwable e) {
            configuration.unreadable.increment();
            trouble.note("/config/emergency: " + e);
            return;
        }
        boolean isNews = configuration.take(list);
        if (list.version() == configuration.emergencyVersion()) {
            tag = answer.etag();
        }
        if (isNews) {
            onNews.run();
        }
    }

    private void failed(String what) {
        if (!ended) {
            configuration.failed.increment();
            trouble.note(what);
        }
    }
}
