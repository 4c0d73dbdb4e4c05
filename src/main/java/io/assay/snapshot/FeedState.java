package io.assay.snapshot;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a node holds at one moment, and the rule by which it moves on: a document takes effect if its checksum holds, it
 * is understood, and its version is higher than what there is; never otherwise.
 *
 * @param documents what was applied last, by kind
 */
record FeedState(Served served, KeyRing keys, Map<Kind, Document> documents) {
    static final FeedState EMPTY = new FeedState(Served.NOTHING, KeyRing.NONE, Map.of());

    /** What became of a document, the state after it, and why it was not understood. */
    record Step(Outcome outcome, FeedState state, String problem) {}

    Step apply(Document document, String source) {
        Document own = documents.get(document.kind());
        if (!document.isWhole()) {
            return stay(Outcome.BROKEN, document + ": its checksum does not hold");
        }
        if (document.version() > Document.HIGHEST_VERSION) {
            return stay(Outcome.BROKEN, document + ": no such version");
        }
        if (own != null && document.version() <= own.version()) {
            return stay(compare(document, own), "");
        }
        try {
            return new Step(Outcome.APPLIED, with(document, source), "");
        } catch (UnreadableDocumentException e) {
            return stay(Outcome.INVALID, String.valueOf(e.getMessage()));
        }
    }

    /** The same, knowing that another source holds the snapshot that only the file had. */
    FeedState confirmed(String source) {
        return new FeedState(served.from(source), keys, documents);
    }

    @Nullable
    Document document(Kind kind) {
        return documents.get(kind);
    }

    private static Outcome compare(Document document, Document own) {
        if (document.version() < own.version()) {
            return Outcome.LOWER;
        }
        return document.sha256().equals(own.sha256()) ? Outcome.SAME : Outcome.MISMATCHED;
    }

    private Step stay(Outcome outcome, String problem) {
        return new Step(outcome, this, problem);
    }

    private FeedState with(Document document, String source) throws UnreadableDocumentException {
        Map<Kind, Document> all = new EnumMap<>(Kind.class);
        all.putAll(documents);
        all.put(document.kind(), document);
        all = Collections.unmodifiableMap(all);
        return switch (document.kind()) {
            case CONFIG -> new FeedState(served.with(document, source), keys, all);
            case EMERGENCY -> new FeedState(served.with(Emergency.parse(document)), keys, all);
            case KEYS -> new FeedState(served, KeyRing.parse(document), all);
        };
    }
}
