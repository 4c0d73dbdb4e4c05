package io.assay.client;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what went wrong and remembers the last of it; itself never fails. */
final class Trouble {
    private final LongAdder failures = new LongAdder();
    private volatile @Nullable String last;

    /** Something that is not the caller's business went wrong. */
    void note(String what) {
        last = what;
    }

    /** An exception was kept from a caller. */
    void kept(Throwable failure) {
        try {
            failures.increment();
            last = String.valueOf(failure);
        } catch (Throwable again) {
            last = "an exception that cannot be shown";
        }
    }

    long failures() {
        return failures.sum();
    }

    @Nullable
    String last() {
        return last;
    }
}
