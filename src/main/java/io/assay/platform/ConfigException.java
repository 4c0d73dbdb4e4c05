package io.assay.platform;

/** A setting that is missing, mistyped, out of range or unknown; the message says path, value and expectation. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }
}
