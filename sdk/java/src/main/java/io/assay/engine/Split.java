package io.assay.engine;

import java.util.stream.IntStream;

/**
 * The places of experiments in hash space, where one pass without branches puts a user into variants.
 *
 * <p>The bucket of a hash is at least b exactly if the unsigned hash is at least {@code ceil(b * 2^32 / 10000)}; so slots and
 * variants are ranges of hashes, and no hash need become a bucket. With the sign bit flipped, unsigned numbers compare as
 * signed ones. A hash is in a range if clamping it changes nothing, and {@code (d | -d) >> 31} is -1 for any difference but
 * 0: minima, shifts and no jump, over arrays, which C2 turns into vector instructions. What is more than one range of slots
 * and two variants is only narrowed down here, and listed as special.
 */
final class Split {
    private final int[] members;
    private final int[] layer;
    private final int[] first;
    private final int[] last;
    private final int[] boundary;
    private final int[] off;
    private final int[] special;
    private final int firstSalt;
    private final boolean allWhole;
    private final long[] marks;

    /**
     * Compiles some of the experiments.
     *
     * @param members which, in the order of their salts
     * @param layerSalts the place of each member's layer among the salts; of no meaning for one that holds all of its layer
     * @param firstSalt the place of the first member's own salt
     */
    Split(CompiledExperiment[] experiments, boolean[] killed, int[] members, int[] layerSalts, int firstSalt) {
        int n = members.length;
        this.members = members;
        this.firstSalt = firstSalt;
        layer = layerSalts;
        first = new int[n];
        last = new int[n];
        boundary = new int[n];
        off = new int[n];
        for (int m = 0; m < n; m++) {
            CompiledExperiment experiment = experiments[members[m]];
            first[m] = lowest(experiment.firstSlot());
            last[m] = highest(experiment.lastSlot());
            boundary[m] = highest(experiment.boundary() - 1);
            boolean nobody = killed[members[m]] || experiment.firstSlot() > experiment.lastSlot();
            off[m] = nobody ? Assigner.NOT_IN : 0;
        }
        special = IntStream.range(0, n)
                .filter(m -> !experiments[members[m]].isPlain() || experiments[members[m]].rules.length > 0)
                .toArray();
        marks = new long[(experiments.length >> 6) + 1];
        for (int e : members) {
            marks[e >> 6] |= 1L << e;
        }
        allWhole = IntStream.of(members).allMatch(e -> experiments[e].isWhole());
    }

    /** Writes the variant, 0 or 1, or {@link Assigner#NOT_IN} of every member; {@code slots} is room to work. */
    void place(int[] hashes, int[] slots, int[] placed) {
        int n = members.length;
        if (allWhole) {
            System.arraycopy(off, 0, slots, 0, n);
        } else {
            for (int m = 0; m < n; m++) {
                slots[m] = hashes[layer[m]];
            }
            enrol(slots, n);
        }
        System.arraycopy(hashes, firstSalt, placed, 0, n);
        choose(slots, placed, n);
    }

    /** The members, by their number here, that need another look if {@link #place} put the user into them. */
    int[] special() {
        return special;
    }

    /** The experiment that a member is. */
    int experiment(int member) {
        return members[member];
    }

    /** A bit for each experiment that is a member; not to be changed. */
    long[] marks() {
        return marks;
    }

    int size() {
        return members.length;
    }

    int slot(int member, int[] hashes) {
        return SaltStates.bucket(hashes[layer[member]]);
    }

    int bucket(int member, int[] hashes) {
        return SaltStates.bucket(hashes[firstSalt + member]);
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
    static int highest(int bucket) {
        long next = (((long) bucket + 1) << 32) + Slots.COUNT - 1;
        return (int) Math.max(next / Slots.COUNT - 1, 0) ^ Integer.MIN_VALUE;
    }
}
