package io.assay.client;

import io.assay.engine.Scratch;

/**
 * All assignments of one user under one snapshot.
 *
 * <p>A byte per experiment: 0 for not in it, else the variant's index + 1, and a bit once the exposure is dealt with. The bit is
 * set without a fence: whoever misses it asks {@link ExposureCache}, which knows. When exposures were lost a new generation begins, in
 * which all bits are taken back.
 */
final class Evaluation {
    private static final byte DEALT_WITH = (byte) 0x80;
    private static final int VARIANT = 0x7f;

    final User user;
    final Serving serving;
    final boolean valid;
    final long userHash;
    private final boolean hasOverrides;
    private final byte[] marks;
    private int generation;

    Evaluation(User user, Serving serving, Scratch scratch) {
        this.user = user;
        this.serving = serving;
        valid = serving.assigner.assign(user.id(), user.attributes(), scratch);
        userHash = Hash64.of(user.id());
        hasOverrides = serving.hasOverrides(user.id());
        marks = new byte[serving.size()];
        int[] variants = scratch.variants();
        for (int e = 0; e < marks.length; e++) {
            marks[e] = (byte) (variants[e] + 1);
        }
    }

    /** The variant's index, or -1. */
    int variant(int place) {
        return (marks[place] & VARIANT) - 1;
    }

    /** Says whether it is an override of the snapshot that gives the user this experiment. */
    boolean isOverridden(int place) {
        return hasOverrides && serving.isOverridden(place, user.id());
    }

    /** Says whether the user is in it and the exposure may still have to be recorded. */
    boolean isUnmeasured(int place, int now) {
        if (generation != now) {
            for (int e = 0; e < marks.length; e++) {
                marks[e] &= VARIANT;
            }
            generation = now;
        }
        return marks[place] > 0;
    }

    void dealtWith(int place) {
        marks[place] |= DEALT_WITH;
    }
}
