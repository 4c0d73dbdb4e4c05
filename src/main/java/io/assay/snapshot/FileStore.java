package io.assay.snapshot;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good documents on this node's own disk, two of each kind: {@code config} and {@code config.previous}. A file is
 * either whole or not there: written aside, forced to the disk, then renamed. What is whole and not understood, as a later
 * version of this program may have left it, moves to {@code config.unread} and stays there for that version.
 */
final class FileStore {
    static final String NAME = "file";
    private static final Logger log = LoggerFactory.getLogger(FileStore.class);

    private final Context context;
    private final Path dir;

    FileStore(Context context, Path dir) {
        this.context = context;
        this.dir = dir;
    }

    /** Offers all that is on the disk: neither file is sure to be the newer one of a kind. */
    void restore(SnapshotFeed feed) {
        for (Kind kind : Kind.values()) {
            restore(feed, current(kind), kind)
                    .compose(offered -> restore(feed, previous(kind), kind))
                    .compose(offered -> restore(feed, unread(kind), kind))
                    .onFailure(e -> log.warn("{} could not be restored from {}: {}", kind.text(), dir, e.toString()));
        }
    }

    private Future<Void> restore(SnapshotFeed feed, Path file, Kind kind) {
        return context.executeBlocking(() -> read(file, kind)).compose(document -> {
            if (document == null) {
                return Future.succeededFuture();
            }
            return feed.offer(document, NAME)
                    .compose(outcome -> outcome == Outcome.INVALID
                            ? context.executeBlocking(() -> keepAside(file, document))
                            : Future.succeededFuture());
        });
    }

    private @Nullable Void keepAside(Path file, Document document) throws IOException {
        Path unread = unread(document.kind());
        Document kept = file.equals(unread) ? document : read(unread, document.kind());
        if (kept == null || kept.version() < document.version()) {
            Files.move(file, unread, StandardCopyOption.ATOMIC_MOVE);
        }
        return null;
    }

    /** Stores a document in its turn. A disk that fails costs the next start a source and this process nothing. */
    void write(Document document) {
        context.executeBlocking(() -> {
                    store(document);
                    return null;
                })
                .onFailure(e -> log.warn("{} is not on the disk: {}", document, e.toString()));
    }

    /** What came from these files as well: where another source was faster with less, the newer one is not the first of them. */
    private void store(Document document) throws IOException {
        Files.createDirectories(dir);
        Path current = current(document.kind());
        Document before = read(current, document.kind());
        if (before != null && before.isWhole() && before.head().equals(document.head())) {
            return;
        }
        Path temp = current.resolveSibling(current.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temp, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(document.envelope());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        if (before != null && before.isWhole()) {
            Files.move(current, previous(document.kind()), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(temp, current, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(dir, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static @Nullable Document read(Path file, Kind kind) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return Document.open(kind, Files.readAllBytes(file));
        } catch (UnreadableDocumentException e) {
            log.warn("{} is not a document: {}", file, e.getMessage());
            return null;
        }
    }

    private Path current(Kind kind) {
        return dir.resolve(kind.text());
    }

    private Path previous(Kind kind) {
        return dir.resolve(kind.text() + ".previous");
    }

    private Path unread(Kind kind) {
        return dir.resolve(kind.text() + ".unread");
    }
}
