package io.assay.snapshot;

/** A source that this node asks. */
public interface SourceHandle {
    /** Asks it now rather than when its time comes. */
    void nudge();

    /** Asks it no more. */
    void remove();
}
