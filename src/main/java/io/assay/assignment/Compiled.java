package io.assay.assignment;

import io.assay.engine.Assigner;
import io.assay.engine.Snapshot;
import io.assay.snapshot.Served;

/**
 * A snapshot in the forms that an answer needs.
 *
 * @param forClients evaluates without overrides
 * @param emergency the version of the emergency list that is taken into account
 * @param degraded whether there is no snapshot
 */
record Compiled(Assigner assigner, Assigner forClients, Fragments fragments, long emergency, boolean degraded) {
    static final Compiled NOTHING = of(new Assigner(Snapshot.EMPTY), true);

    static Compiled of(Assigner assigner, boolean degraded) {
        return of(assigner, new Fragments(assigner.snapshot()), 0, degraded);
    }

    private static Compiled of(Assigner assigner, Fragments fragments, long emergency, boolean degraded) {
        return new Compiled(assigner, assigner.withoutOverrides(), fragments, emergency, degraded);
    }

    /** What is served next; a change of the emergency list alone encodes nothing again. */
    Compiled next(Served served) {
        Assigner next = served.assigner();
        boolean same = next.snapshot().equals(assigner.snapshot());
        return of(
                next,
                same ? fragments : new Fragments(next.snapshot()),
                served.emergency().version(),
                served.degraded());
    }
}
