package io.assay.snapshot;

/** That somebody is told of changes. */
public interface Subscription {
    /** From now on they are told no more. */
    void cancel();
}
