package io.assay.client;

import io.assay.engine.Snapshot;
import io.assay.protocol.Json;
import io.assay.protocol.SnapshotCodec;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the snapshot and the emergency list up to date, on a thread of its own.
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
    final LongAdder applied = new LongAdder();
    final LongAdder notModified = new LongAdder();
    final LongAdder older = new LongAdder();
    final LongAdder unreadable = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder fileErrors = new LongAdder();

    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;

    private final CountDownLatch ready = new CountDownLatch(1);
    private final AssayOptions options;
    private final HttpCalls http;
    private final Evaluator evaluator;
    private final Listeners listeners;
    private final Trouble trouble;
    private final Backoff backoff;
    private final @Nullable SnapshotFile file;
    private volatile EmergencyList emergency = EmergencyList.NONE;
    private volatile boolean ended;
    private byte[] config = new byte[0];
    private @Nullable String configTag;
    private @Nullable String emergencyTag;

    SnapshotPoller(AssayOptions options, HttpCalls http, Evaluator evaluator, Listeners listeners, Trouble trouble) {
        this.options = options;
        this.http = http;
        this.evaluator = evaluator;
        this.listeners = listeners;
        this.trouble = trouble;
        backoff = new Backoff(options.retryBase, options.retryMax);
        file = options.snapshotFile == null ? null : new SnapshotFile(options.snapshotFile, options.url);
    }

    CountDownLatch ready() {
        return ready;
    }

    long emergencyVersion() {
        return Math.max(0, emergency.version());
    }

    void end() {
        ended = true;
        ready.countDown();
    }

    @Override
    public void run() {
        readFile();
        long nextConfig = System.nanoTime();
        long nextEmergency = nextConfig;
        while (!ended) {
            if (System.nanoTime() - nextConfig >= 0) {
                nextConfig = System.nanoTime() + pollConfig();
            }
            if (!ended && System.nanoTime() - nextEmergency >= 0) {
                nextEmergency = System.nanoTime() + pollEmergency();
            }
            long now = System.nanoTime();
            long pause = Math.min(nextConfig - now, nextEmergency - now);
            if (!ended && pause > 0) {
                LockSupport.parkNanos(pause);
            }
        }
    }

    /** Returns the pause before the next. */
    private long pollConfig() {
        try {
            HttpCalls.Answer answer = http.get("/config", configTag);
            if (answer.status() == OK) {
                take(answer);
                backoff.succeeded();
                return Backoff.around(options.pollInterval);
            }
            if (answer.status() == NOT_MODIFIED && configTag != null) {
                notModified.increment();
                evaluator.serve(evaluator.serving(), SnapshotSource.SERVER);
                backoff.succeeded();
                return Backoff.around(options.pollInterval);
            }
            failed("/config: status " + answer.status());
            return Math.max(pauseAfterFailure(), Backoff.asked(answer.retryAfter()));
        } catch (Throwable e) {
            failed("/config: " + e);
            return pauseAfterFailure();
        } finally {
            if (evaluator.source() != SnapshotSource.NONE) {
                ready.countDown();
            }
        }
    }

    /** Whoever has nothing from the server yet asks sooner. */
    private long pauseAfterFailure() {
        long usual = Backoff.around(options.pollInterval);
        return evaluator.source() == SnapshotSource.SERVER ? usual : Math.min(usual, backoff.failed());
    }

    private void take(HttpCalls.Answer answer) {
        Serving next;
        try {
            Snapshot snapshot = SnapshotCodec.decode(answer.body());
            if (snapshot.version() < evaluator.serving().version()) {
                older.increment();
                trouble.note("/config: version " + snapshot.version() + " is older than what is in use");
                return;
            }
            next = Serving.of(snapshot, emergency.killed());
        } catch (Throwable e) {
            unreadable.increment();
            trouble.note("/config: " + e);
            return;
        }
        applied.increment();
        config = answer.body();
        use(next, SnapshotSource.SERVER);
        configTag = answer.etag();
        writeFile();
    }

    private long pollEmergency() {
        long usual = Backoff.around(options.emergencyInterval);
        try {
            HttpCalls.Answer answer = http.get("/config/emergency", emergencyTag);
            if (answer.status() == NOT_MODIFIED && emergencyTag != null) {
                notModified.increment();
            } else if (answer.status() == OK) {
                takeEmergency(answer);
            } else {
                failed("/config/emergency: status " + answer.status());
                return Math.max(usual, Backoff.asked(answer.retryAfter()));
            }
        } catch (Throwable e) {
            failed("/config/emergency: " + e);
        }
        return usual;
    }

    private void takeEmergency(HttpCalls.Answer answer) {
        EmergencyList list;
        try {
            list = EmergencyList.of(Json.parse(answer.body(), Json.Limits.SNAPSHOT));
        } catch (Throwable e) {
            unreadable.increment();
            trouble.note("/config/emergency: " + e);
            return;
        }
        if (list.version() < emergency.version()) {
            older.increment();
            return;
        }
        boolean isNews = !list.killed().equals(emergency.killed());
        applied.increment();
        emergency = list;
        if (isNews) {
            use(evaluator.serving().killing(list.killed()), evaluator.source());
        }
        emergencyTag = answer.etag();
        if (isNews) {
            writeFile();
        }
    }

    private void use(Serving next, SnapshotSource source) {
        Serving before = evaluator.serving();
        evaluator.serve(next, source);
        Set<String> changed = next.differences(before);
        if (!changed.isEmpty() || next.version() != before.version()) {
            listeners.tell(new ConfigChange(next.version(), source, changed));
        }
    }

    private void readFile() {
        try {
            SnapshotFile.Content content = file == null ? null : file.read();
            if (content != null) {
                emergency = content.emergency();
                Serving read = Serving.of(SnapshotCodec.decode(content.config()), emergency.killed());
                config = content.config();
                use(read, SnapshotSource.FILE);
                configTag = content.etag();
            }
        } catch (Throwable e) {
            fileErrors.increment();
            trouble.note("snapshot file: " + e);
        }
    }

    private void writeFile() {
        if (file != null && config.length > 0) {
            try {
                file.write(new SnapshotFile.Content(config, configTag, emergency));
            } catch (IOException | RuntimeException | Error e) {
                fileErrors.increment();
                trouble.note("snapshot file: " + e);
            }
        }
    }

    private void failed(String what) {
        if (!ended) {
            failed.increment();
            trouble.note(what);
        }
    }
}
