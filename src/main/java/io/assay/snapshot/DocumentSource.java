package io.assay.snapshot;

import io.vertx.core.Future;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A place that holds documents for this node: asked regularly, believed never. */
public interface DocumentSource {
    /** Short and stable: it stands in metrics. */
    String name();

    /** How long to wait between two questions, on average. */
    long intervalMillis();

    /** What it holds; a kind that it does not hold is left out. */
    Future<Map<Kind, Head>> heads();

    Future<Document> read(Kind kind);

    /** Whether it can be rewritten. The origin of documents can't: what it holds is older only if it was set back itself. */
    default boolean isWritable() {
        return false;
    }

    /**
     * Stores a document if it is newer than what the source holds; says whether it did.
     *
     * @param broken what the source holds, if that is worth nothing and may be overwritten whatever it calls itself
     */
    default Future<Boolean> write(Document document, @Nullable Head broken) {
        return Future.succeededFuture(false);
    }
}
