package io.assay.snapshot;

import io.vertx.core.Future;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A source in memory that holds what it is given and can't be written. */
final class MemorySource implements DocumentSource {
    private final String name;
    private final Map<Kind, Document> documents = new ConcurrentHashMap<>();

    MemorySource(String name, Document... documents) {
        this.name = name;
        for (Document document : documents) {
            put(document);
        }
    }

    void put(Document document) {
        documents.put(document.kind(), document);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long intervalMillis() {
        return 50;
    }

    @Override
    public Future<Map<Kind, Head>> heads() {
        Map<Kind, Head> heads = new ConcurrentHashMap<>();
        documents.forEach((kind, document) -> heads.put(kind, document.head()));
        return Future.succeededFuture(heads);
    }

    @Override
    public Future<Document> read(Kind kind) {
        return Future.succeededFuture(documents.get(kind));
    }
}
