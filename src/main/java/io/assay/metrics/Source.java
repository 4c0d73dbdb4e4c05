package io.assay.metrics;

/** Which of the two topics a record came from. */
enum Source {
    EXPOSURES,
    EVENTS;

    Source other() {
        return this == EXPOSURES ? EVENTS : EXPOSURES;
    }
}
