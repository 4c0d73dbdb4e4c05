package io.assay.analytics;

/** The store will never take these rows, however often it is asked: at least one of them is at fault, and not the store. */
public final class RefusedRowsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RefusedRowsException(Throwable cause) {
        super(cause);
    }
}
