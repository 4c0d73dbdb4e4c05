package io.assay.protocol;

/** What is wrong with a text that should be JSON, and where. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int offset;

    JsonException(int offset, String message) {
        super(message + " at byte " + offset, null, false, false);
        this.offset = offset;
    }

    /** The place in the bytes, from 0. */
    public int offset() {
        return offset;
    }
}
