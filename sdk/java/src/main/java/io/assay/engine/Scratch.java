package io.assay.engine;

import org.jspecify.annotations.Nullable;

/** The working memory of an evaluation, used again for each user; one per thread or event loop. */
public final class Scratch {
    static final byte UNKNOWN = 0;
    static final byte HOLDS = 1;
    static final byte FAILS = 2;

    final byte[] user = new byte[UserId.MAX_BYTES];
    final int[] blocks = new int[SaltStates.blocks(UserId.MAX_BYTES)];
    int length;
    int[] hashes = new int[0];
    int[] slots = new int[0];
    int[] placed = new int[0];
    byte[] rules = new byte[0];

    @Nullable
    Object[] values = new Object[0];

    private int[] variants = new int[0];
    private long[] candidates = new long[0];
    private boolean sparse;

    /** The variant's index per experiment of the last evaluation, or -1; as long as the snapshot or longer. */
    public int[] variants() {
        return variants;
    }

    /**
     * Where to look in {@link #variants}: bit e of word e / 64 is set for every experiment that the user is in, and perhaps for
     * others. Null if there are so few others that it is quicker to look everywhere.
     */
    public long @Nullable [] candidates() {
        return sparse ? candidates : null;
    }

    /** All experiments may hold the user. */
    void markAll() {
        sparse = false;
    }

    /** Only these may, and what is added by {@link #mark}. */
    void markOnly(long[] words) {
        sparse = true;
        System.arraycopy(words, 0, candidates, 0, words.length);
    }

    void mark(int experiment) {
        candidates[experiment >> 6] |= 1L << experiment;
    }

    void fit(int experiments, int salts, int attributes, int distinctRules) {
        if (variants.length < experiments) {
            variants = new int[experiments];
            slots = new int[experiments];
            placed = new int[experiments];
            candidates = new long[(experiments >> 6) + 1];
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
