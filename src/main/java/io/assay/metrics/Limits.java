package io.assay.metrics;

/** What a user may do in one UTC day before the day is bad. It bounds the state, and is no detection of bots. */
record Limits(int goals, int exposures, long valueMicros) {
    static final Limits SHIPPED = new Limits(2_000, 4_000, 1_000_000_000_000_000L);
}
