package io.assay.assignment;

import io.assay.snapshot.Served;

/** What is answered from now on: one volatile read. */
final class Current {
    private volatile Compiled compiled = Compiled.NOTHING;

    Compiled get() {
        return compiled;
    }

    /** Takes over what is served now; called by one thread at a time, off the event loops. */
    void set(Served served) {
        compiled = compiled.next(served);
    }
}
