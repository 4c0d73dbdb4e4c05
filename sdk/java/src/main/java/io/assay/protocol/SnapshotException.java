package io.assay.protocol;

/** Why bytes are not a snapshot that can be served. */
public final class SnapshotException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SnapshotException(String message) {
        super(message, null, false, false);
    }
}
