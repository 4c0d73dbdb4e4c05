package io.assay.snapshot;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A copy in memory that takes documents, counts what is asked of it, and can hang. */
final class ScriptedSource implements DocumentSource {
    final Map<Kind, Document> documents = new ConcurrentHashMap<>();
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    final AtomicInteger questions = new AtomicInteger();
    volatile boolean hangs;
    private final String name;
    private final boolean writable;

    private ScriptedSource(String name, boolean writable) {
        this.name = name;
        this.writable = writable;
    }

    static ScriptedSource copy(String name) {
        return new ScriptedSource(name, true);
    }

    static ScriptedSource origin(String name) {
        return new ScriptedSource(name, false);
    }

    ScriptedSource put(Document document) {
        documents.put(document.kind(), document);
        return this;
    }

    private <T> Future<T> answer(T value) {
        return hangs ? Promise.<T>promise().future() : Future.succeededFuture(value);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long intervalMillis() {
        return 5;
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public Future<Map<Kind, Head>> heads() {
        questions.incrementAndGet();
        Map<Kind, Head> heads = new EnumMap<>(Kind.class);
        documents.forEach(
                (kind, document) -> heads.put(kind, writable ? document.head() : new Head(document.version(), null)));
        return answer(heads);
    }

    @Override
    public Future<Document> read(Kind kind) {
        reads.incrementAndGet();
        return answer(documents.get(kind));
    }

    @Override
    public Future<Boolean> write(Document document, @Nullable Head broken) {
        writes.incrementAndGet();
        Document there = documents.get(document.kind());
        boolean behind = there == null
                || there.version() < document.version()
                || there.head().equals(broken);
        if (behind) {
            documents.put(document.kind(), document);
        }
        return answer(behind);
    }
}
