package io.assay.client;

import io.assay.engine.Snapshot;
import io.assay.protocol.SnapshotCodec;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot and the emergency list in use, for the two threads that ask for them, and the file that keeps both.
 *
 * <p>Whoever evaluates does not come here. The file is written by the snapshot's thread alone, so that no disk delays a kill.
 */
final class Configuration {
    final LongAdder applied = new LongAdder();
    final LongAdder notModified = new LongAdder();
    final LongAdder older = new LongAdder();
    final LongAdder unreadable = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder fileErrors = new LongAdder();

    private final Evaluator evaluator;
    private final Listeners listeners;
    private final Trouble trouble;
    private final @Nullable SnapshotFile file;
    private volatile EmergencyList emergency = EmergencyList.NONE;
    private volatile boolean isUnwritten;
    private byte[] config = new byte[0];
    private @Nullable String configTag;

    Configuration(AssayOptions options, Evaluator evaluator, Listeners listeners, Trouble trouble) {
        this.evaluator = evaluator;
        this.listeners = listeners;
        this.trouble = trouble;
        file = options.snapshotFile == null ? null : new SnapshotFile(options.snapshotFile, options.url);
    }

    SnapshotSource source() {
        return evaluator.source();
    }

    long emergencyVersion() {
        return Math.max(0, emergency.version());
    }

    /** What the snapshot in use is asked for with. */
    synchronized @Nullable String configTag() {
        return configTag;
    }

    /** A snapshot from the server; says whether it was taken into use. */
    boolean take(byte[] body, @Nullable String tag) {
        Serving next;
        try {
            Snapshot snapshot = SnapshotCodec.decode(body);
            if (snapshot.version() < evaluator.serving().version()) {
                older.increment();
                trouble.note("/config: version " + snapshot.version() + " is older than what is in use");
                return false;
            }
            next = Serving.of(snapshot, Set.of());
        } catch (Throwable e) {
            unreadable.increment();
            trouble.note("/config: " + e);
            return false;
        }
        applied.increment();
        use(next, SnapshotSource.SERVER, body, tag);
        return true;
    }

    /** The server has none but the one in use. */
    synchronized void isCurrent() {
        notModified.increment();
        evaluator.serve(evaluator.serving(), SnapshotSource.SERVER);
    }

    /** An emergency list from the server; says whether it is another one than before. */
    synchronized boolean take(EmergencyList list) {
        if (list.version() < emergency.version()) {
            older.increment();
            return false;
        }
        applied.increment();
        boolean isNews = !list.killed().equals(emergency.killed());
        if (isNews) {
            use(evaluator.serving().killing(list.killed()), evaluator.source());
            isUnwritten = true;
        }
        emergency = list;
        return isNews;
    }

    private synchronized void use(Serving next, SnapshotSource source, byte[] body, @Nullable String tag) {
        config = body;
        configTag = tag;
        isUnwritten = source == SnapshotSource.SERVER;
        use(emergency.killed().isEmpty() ? next : next.killing(emergency.killed()), source);
    }

    private void use(Serving next, SnapshotSource source) {
        Serving before = evaluator.serving();
        evaluator.serve(next, source);
        Set<String> changed = next.differences(before);
        if (!changed.isEmpty() || next.version() != before.version()) {
            listeners.tell(new ConfigChange(next.version(), source, changed));
        }
    }

    void readFile() {
        try {
            SnapshotFile.Content content = file == null ? null : file.read();
            if (content != null) {
                Serving read = Serving.of(SnapshotCodec.decode(content.config()), Set.of());
                use(read, content);
            }
        } catch (Throwable e) {
            fileErrors.increment();
            trouble.note("snapshot file: " + e);
        }
    }

    private synchronized void use(Serving read, SnapshotFile.Content content) {
        if (content.emergency().version() > emergency.version()) {
            emergency = content.emergency();
        }
        use(read, SnapshotSource.FILE, content.config(), content.etag());
    }

    /** Writes the file if there is something new to write. */
    void writeFile() {
        if (file == null || !isUnwritten) {
            return;
        }
        try {
            SnapshotFile.Content content = unwritten();
            if (content.config().length > 0) {
                file.write(content);
            }
        } catch (IOException | RuntimeException | Error e) {
            fileErrors.increment();
            trouble.note("snapshot file: " + e);
        }
    }

    private synchronized SnapshotFile.Content unwritten() {
        isUnwritten = false;
        return new SnapshotFile.Content(config, configTag, emergency);
    }
}
