package io.assay.engine;

import org.jspecify.annotations.Nullable;

/** The working memory of an evaluation, used again for each user; one per thread or event loop. */
public final class Scratch {
    static final byte UNKNOWN = 0;
    static final byte HOLDS = 1;
    static final byte FAILS = 2;

    final byte[] user = new byte[UserId.MAX_BYTES];
    int length;
    int[] hashes = new int[0];
    int[] slots = new int[0];
    int[] placed = new int[0];
    byte[] rules = new byte[0];

    @Nullable
    Object[] values = new Object[0];

    private int[] variants = new int[0];

    /** The variant's index per experiment of the last evaluation, or -1; as long as the snapshot or longer. */
    public int[] variants() {
        return variants;
    }

    void fit(int experiments, int salts, int attributes, int distinctRules) {
        if (variants.length < experiments) {
            variants = new int[experiments];
            slots = new int[experiments];
            placed = new int[experiments];
        }
        if (hashes.length < salts) {
            hashes = new int[salts];
        }
        if (rules.length < distinctRules) {
            rules = new byte[distinctRules];
        }
        if (values.length < attributes) {
            values = new Object[attributes];
        }
    }
}
