package io.assay.protocol;

/** A record of the topics {@code exposures} or {@code events} that is none of ours, with the reason. */
public final class UnreadableEventException extends Exception {
    private static final long serialVersionUID = 1;

    UnreadableEventException(String reason) {
        super(reason, null, false, false);
    }
}
