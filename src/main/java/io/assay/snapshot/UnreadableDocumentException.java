package io.assay.snapshot;

/** What a source holds is not a document that this node understands; the message says why. */
final class UnreadableDocumentException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableDocumentException(String message) {
        super(message);
    }
}
