package io.assay.metrics;

/** Hears which exposure of a user in an experiment is the first one, each time that changes. */
interface FirstExposures {
    void is(Definition e, int variant, long ts);

    /** The user is out of the experiment. */
    void isNone(Definition e);
}
