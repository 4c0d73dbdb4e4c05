package io.assay.engine;

import org.jspecify.annotations.Nullable;

/** The working memory of an evaluation, used again for each user; one per thread or event loop. */
public final class Scratch {
    final byte[] user = new byte[UserId.MAX_BYTES];
    int[] hashes = new int[0];

    @Nullable
    Object[] values = new Object[0];

    private int[] variants = new int[0];

    /** The variant's index per experiment of the last evaluation, or -1; as long as the snapshot or longer. */
    public int[] variants() {
        return variants;
    }

    void fit(int experiments, int salts, int attributes) {
        if (variants.length < experiments) {
            variants = new int[experiments];
        }
        if (hashes.length < salts) {
            hashes = new int[salts];
        }
        if (values.length < attributes) {
            values = new Object[attributes];
        }
    }
}
