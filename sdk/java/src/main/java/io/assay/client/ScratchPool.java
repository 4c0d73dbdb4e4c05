package io.assay.client;

import io.assay.engine.Scratch;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Working memory for evaluations: no thread waits for another, and none keeps any after it ends. */
final class ScratchPool {
    private static final int PLACES = 64;

    private final AtomicReferenceArray<Scratch> free = new AtomicReferenceArray<>(PLACES);

    Scratch take() {
        Scratch scratch = free.getAndSet(place(), null);
        return scratch == null ? new Scratch() : scratch;
    }

    void giveBack(Scratch scratch) {
        free.lazySet(place(), scratch);
    }

    private static int place() {
        return (int) (Thread.currentThread().getId() & (PLACES - 1));
    }
}
