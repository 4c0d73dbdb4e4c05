package io.assay.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A set of a layer's 10,000 slots, as half-open ranges in ascending order with gaps between them. */
public final class Slots {
    /** How many slots a layer has, and buckets a hash. */
    public static final int COUNT = 10_000;

    /** Every slot. */
    public static final Slots ALL = new Slots(new int[] {0, COUNT});

    /** No slot. */
    public static final Slots NONE = new Slots(new int[0]);

    private final int[] edges;

    private Slots(int[] edges) {
        this.edges = edges;
    }

    /**
     * The slots of half-open ranges {@code [from, to)}; empty ranges are left out and touching ones joined.
     *
     * @throws IllegalArgumentException for a range beyond 0..10000 or one that overlaps another
     */
    public static Slots of(int[]... ranges) {
        List<int[]> sorted = new ArrayList<>();
        for (int[] range : ranges) {
            if (range.length != 2 || range[0] < 0 || range[1] > COUNT || range[0] > range[1]) {
                throw new IllegalArgumentException("slots: " + Arrays.toString(range)
                        + " (expected: [from, to] with 0 <= from <= to <= " + COUNT + ")");
            }
            if (range[0] < range[1]) {
                sorted.add(range);
            }
        }
        sorted.sort((a, b) -> Integer.compare(a[0], b[0]));
        return sorted.isEmpty() ? NONE : new Slots(join(sorted));
    }

    private static int[] join(List<int[]> sorted) {
        int[] edges = new int[2 * sorted.size()];
        int n = 0;
        for (int[] range : sorted) {
            if (n > 0 && range[0] < edges[n - 1]) {
                throw new IllegalArgumentException("slots: " + Arrays.toString(range) + " overlaps another range");
            }
            if (n > 0 && range[0] == edges[n - 1]) {
                edges[n - 1] = range[1];
            } else {
                edges[n++] = range[0];
                edges[n++] = range[1];
            }
        }
        return Arrays.copyOf(edges, n);
    }

    /** Says whether a slot is in the set. */
    public boolean holds(int slot) {
        for (int i = 0; i < edges.length; i += 2) {
            if (slot >= edges[i] && slot < edges[i + 1]) {
                return true;
            }
        }
        return false;
    }

    /** How many slots are in the set. */
    public int size() {
        int size = 0;
        for (int i = 0; i < edges.length; i += 2) {
            size += edges[i + 1] - edges[i];
        }
        return size;
    }

    /** Says whether a slot is in both sets. */
    public boolean overlaps(Slots other) {
        for (int i = 0, j = 0; i < edges.length && j < other.edges.length; ) {
            if (Math.max(edges[i], other.edges[j]) < Math.min(edges[i + 1], other.edges[j + 1])) {
                return true;
            }
            if (edges[i + 1] < other.edges[j + 1]) {
                i += 2;
            } else {
                j += 2;
            }
        }
        return false;
    }

    /** The ranges, each {@code {from, to}}. */
    public List<int[]> ranges() {
        List<int[]> ranges = new ArrayList<>(edges.length / 2);
        for (int i = 0; i < edges.length; i += 2) {
            ranges.add(new int[] {edges[i], edges[i + 1]});
        }
        return ranges;
    }

    /** The edges: from, to, from, to and so on; the array itself. */
    int[] edges() {
        return edges;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Slots slots && Arrays.equals(edges, slots.edges);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(edges);
    }

    @Override
    public String toString() {
        return Arrays.toString(edges);
    }
}
