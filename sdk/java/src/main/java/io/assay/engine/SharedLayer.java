package io.assay.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A layer that several experiments share, as a line of hashes cut into stretches, each held by one experiment or by nobody.
 *
 * <p>A user is at one place of the line, so one look tells which experiment to evaluate; the others are not touched. The top
 * eight bits of a hash say where to begin, and few stretches begin in one such cell. All that is asked of most holders lies
 * beside the stretch: what costs here is memory that other work has driven out of the processor.
 */
final class SharedLayer {
    /** The boundary of a holder that needs another look. */
    static final int NOT_PLAIN = 0;

    private static final int STRIDE = 4;
    private static final int HOLDER = 1;
    private static final int STATE = 2;
    private static final int BOUNDARY = 3;
    private static final int CELLS = 256;
    private static final int CELL_SHIFT = 24;

    /** The place of the layer's salt. */
    final int salt;

    private final int[] begin = new int[CELLS];

    /** Of each stretch: its last hash with the sign flipped, who holds it, the state after the holder's salt, its first boundary. */
    private final int[] stretches;

    private SharedLayer(int salt, List<int[]> all, CompiledExperiment[] experiments, int[] states) {
        this.salt = salt;
        stretches = new int[all.size() * STRIDE];
        for (int s = 0; s < all.size(); s++) {
            int holder = all.get(s)[1];
            stretches[s * STRIDE] = Split.highest(all.get(s)[0] - 1);
            stretches[s * STRIDE + HOLDER] = holder;
            if (holder != Assigner.NOT_IN) {
                stretches[s * STRIDE + STATE] = states[holder];
                stretches[s * STRIDE + BOUNDARY] = boundary(experiments[holder]);
            }
        }
        int stretch = 0;
        for (int cell = 0; cell < CELLS; cell++) {
            while (((cell << CELL_SHIFT) ^ Integer.MIN_VALUE) > stretches[stretch]) {
                stretch += STRIDE;
            }
            begin[cell] = stretch;
        }
    }

    /** The layer with these experiments in it, which hold disjoint slots. */
    static SharedLayer of(int salt, List<Integer> members, CompiledExperiment[] all, int[] states) {
        List<int[]> ranges = new ArrayList<>();
        for (int e : members) {
            int[] edges = all[e].edges();
            for (int i = 0; i < edges.length; i += 2) {
                ranges.add(new int[] {edges[i], edges[i + 1], e});
            }
        }
        ranges.sort(Comparator.comparingInt(range -> range[0]));
        List<int[]> stretches = new ArrayList<>();
        int end = 0;
        for (int[] range : ranges) {
            if (range[0] > end) {
                stretches.add(new int[] {range[0], Assigner.NOT_IN});
            }
            stretches.add(new int[] {range[1], range[2]});
            end = range[1];
        }
        if (end < Slots.COUNT) {
            stretches.add(new int[] {Slots.COUNT, Assigner.NOT_IN});
        }
        return new SharedLayer(salt, stretches, all, states);
    }

    /** The first variant's buckets, if there is nothing to look at but in which of two variants a user is. */
    private static int boundary(CompiledExperiment experiment) {
        return experiment.isPlain() && experiment.rules.length == 0 ? experiment.boundary() : NOT_PLAIN;
    }

    /** The stretch that a hash lies on. */
    int stretch(int hash) {
        int stretch = begin[hash >>> CELL_SHIFT];
        int flipped = hash ^ Integer.MIN_VALUE;
        while (flipped > stretches[stretch]) {
            stretch += STRIDE;
        }
        return stretch;
    }

    /** The experiment that holds a stretch, or {@link Assigner#NOT_IN}. */
    int holder(int stretch) {
        return stretches[stretch + HOLDER];
    }

    /** The state after the holder's own salt. */
    int state(int stretch) {
        return stretches[stretch + STATE];
    }

    /** The first bucket of the holder's second variant, or {@link #NOT_PLAIN}. */
    int boundary(int stretch) {
        return stretches[stretch + BOUNDARY];
    }
}
