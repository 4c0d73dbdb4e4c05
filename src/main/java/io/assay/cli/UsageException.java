package io.assay.cli;

/** Something that the person at the terminal has to know or change; shown as it is, without a stack trace. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
