package io.assay.assignment;

import io.assay.engine.Assigner;
import io.assay.engine.Snapshot;
import io.assay.snapshot.Served;

/**
 * A snapshot in the two forms that an answer needs.
 *
 * @param degraded whether there is no snapshot
 */
record Compiled(Assigner assigner, Fragments fragments, boolean degraded) {
    static final Compiled NOTHING = of(new Assigner(Snapshot.EMPTY), true);

    static Compiled of(Assigner assigner, boolean degraded) {
        return new Compiled(assigner, new Fragments(assigner.snapshot()), degraded);
    }

    /** What is served next; a change of the emergency list alone encodes nothing again. */
    Compiled next(Served served) {
        Assigner next = served.assigner();
        return next.snapshot().equals(assigner.snapshot())
                ? new Compiled(next, fragments, served.degraded())
                : of(next, served.degraded());
    }
}
