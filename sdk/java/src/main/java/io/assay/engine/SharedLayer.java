package io.assay.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A layer that several experiments share, as a line of hashes cut into stretches, each held by one experiment or by nobody.
 *
 * <p>A user is at one place of the line, so one look tells which experiment to evaluate; the others are not touched. The top
 * eight bits of a hash say where to begin, and few stretches begin in one such cell.
 */
final class SharedLayer {
    private static final int CELLS = 256;
    private static final int CELL_SHIFT = 24;

    /** The place of the layer's salt. */
    final int salt;

    private final char[] begin = new char[CELLS];
    private final int[] last;
    private final int[] holder;

    private SharedLayer(int salt, List<int[]> stretches) {
        this.salt = salt;
        last = stretches.stream().mapToInt(s -> Split.highest(s[0] - 1)).toArray();
        holder = stretches.stream().mapToInt(s -> s[1]).toArray();
        int stretch = 0;
        for (int cell = 0; cell < CELLS; cell++) {
            while (((cell << CELL_SHIFT) ^ Integer.MIN_VALUE) > last[stretch]) {
                stretch++;
            }
            begin[cell] = (char) stretch; // there are no more than 20,001
        }
    }

    /** The layer with these experiments in it, which hold disjoint slots. */
    static SharedLayer of(int salt, List<Integer> members, CompiledExperiment[] all) {
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
        return new SharedLayer(salt, stretches);
    }

    /** The experiment that holds a hash, or {@link Assigner#NOT_IN}. */
    int holder(int hash) {
        int stretch = begin[hash >>> CELL_SHIFT];
        int flipped = hash ^ Integer.MIN_VALUE;
        while (flipped > last[stretch]) {
            stretch++;
        }
        return holder[stretch];
    }
}
