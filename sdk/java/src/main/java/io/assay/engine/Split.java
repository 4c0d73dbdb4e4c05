package io.assay.engine;

import java.util.stream.IntStream;

/**
 * The places of all experiments in hash space, where one pass without branches puts a user into variants.
 *
 * <p>The bucket of a hash is at least b exactly if the unsigned hash is at least {@code ceil(b * 2^32 / 10000)}; so slots and
 * variants are ranges of hashes, and no hash need become a bucket. With the sign bit flipped, unsigned numbers compare as
 * signed ones. A hash is in a range if clamping it changes nothing, and {@code (d | -d) >> 31} is -1 for any difference but
 * 0: minima, shifts and no jump, over arrays, which C2 turns into vector instructions. What is more than one range of slots
 * and two variants is only narrowed down here, and listed as special.
 */
final class Split {
    private final int[] layer;
    private final int[] first;
    private final int[] last;
    private final int[] boundary;
    private final int[] off;
    private final int[] special;
    private final int firstSalt;

    Split(CompiledExperiment[] experiments, boolean[] killed, int firstSalt) {
        int n = experiments.length;
        this.firstSalt = firstSalt;
        layer = new int[n];
        first = new int[n];
        last = new int[n];
        boundary = new int[n];
        off = new int[n];
        for (int e = 0; e < n; e++) {
            CompiledExperiment experiment = experiments[e];
            layer[e] = experiment.layer;
            first[e] = lowest(experiment.firstSlot());
            last[e] = highest(experiment.lastSlot());
            boundary[e] = highest(experiment.boundary() - 1);
            boolean nobody = killed[e] || experiment.firstSlot() > experiment.lastSlot();
            off[e] = nobody ? Assigner.NOT_IN : 0;
        }
        special = IntStream.range(0, n)
                .filter(e -> !experiments[e].isPlain() || experiments[e].rules.length > 0)
                .toArray();
    }

    /** Writes the variant, 0 or 1, or {@link Assigner#NOT_IN} of every experiment; {@code slots} is room to work. */
    void place(int[] hashes, int[] slots, int[] variants) {
        int n = layer.length;
        for (int e = 0; e < n; e++) {
            slots[e] = hashes[layer[e]];
        }
        enrol(slots, n);
        System.arraycopy(hashes, firstSalt, variants, 0, n);
        choose(slots, variants, n);
    }

    /** The experiments that need another look if {@link #place} put the user into them. */
    int[] special() {
        return special;
    }

    private void enrol(int[] slots, int n) {
        for (int e = 0; e < n; e++) {
            int hash = slots[e] ^ Integer.MIN_VALUE;
            int distance = Math.min(Math.max(hash, first[e]), last[e]) ^ hash;
            slots[e] = ((distance | -distance) >> 31) | off[e];
        }
    }

    private void choose(int[] slots, int[] variants, int n) {
        for (int e = 0; e < n; e++) {
            int beyond = Math.max(variants[e] ^ Integer.MIN_VALUE, boundary[e]) ^ boundary[e];
            variants[e] = ((beyond | -beyond) >>> 31) | slots[e];
        }
    }

    /** The lowest hash of a bucket, sign flipped. */
    private static int lowest(int bucket) {
        long hash = ((long) bucket << 32) + Slots.COUNT - 1;
        return (int) Math.min(hash / Slots.COUNT, 0xffffffffL) ^ Integer.MIN_VALUE;
    }

    /** The highest hash of a bucket, sign flipped; what lies before bucket 0 is not told from its first hash. */
    private static int highest(int bucket) {
        long next = (((long) bucket + 1) << 32) + Slots.COUNT - 1;
        return (int) Math.max(next / Slots.COUNT - 1, 0) ^ Integer.MIN_VALUE;
    }
}
