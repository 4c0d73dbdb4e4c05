package io.assay.metrics;

/** Where a partition sends what is no total. */
interface Outbox {
    /** This is now the user's first exposure in that experiment. */
    void firstExposure(String experimentId, String user, String variant, long ts);

    /** The user is out of that experiment. */
    void noExposure(String experimentId, String user);

    /** The record at hand cannot be counted, and why. */
    void deadLetter(String reason);
}
