package io.assay.metrics;

import java.util.Arrays;

/**
 * One user in one experiment: the steps from variant to variant, and what was credited so far.
 *
 * <p>Exposures ahead of the horizon are kept one by one, also those that repeat the variant: a late one may still come
 * between them (A@1, A@2, then B@1.5 is A, B, A). Behind the horizon only the last step is left of them.
 */
final class Participation {
    static final int NONE = -1;

    final long experiment;
    boolean excluded;
    /** The variants seen, as a set of bits. */
    int seen;

    long[] impressions = new long[2];
    /** The first exposure of all: the earliest, among equal ones that of the first variant. */
    int firstVariant = NONE;

    long firstTs;
    /** The last step behind the horizon. */
    int foldedVariant = NONE;

    long foldedFrom;
    /** Exposures ahead of it, ordered by time, then variant. */
    final LongList recentTs = new LongList();

    final LongList recentVariant = new LongList();
    /** Per variant and metric, the user's credited goals and their sum. */
    long[] events = new long[0];

    long[] sums = new long[0];

    Participation(long experiment) {
        this.experiment = experiment;
    }

    int variants() {
        return Integer.bitCount(seen);
    }

    boolean hasSeen(int variant) {
        return (seen & 1 << variant) != 0;
    }

    boolean hasRecent(long ts, int variant) {
        int i = recentTs.lowerBound(ts);
        for (; i < recentTs.size() && recentTs.get(i) == ts; i++) {
            if (recentVariant.get(i) == variant) {
                return true;
            }
        }
        return false;
    }

    /** Adds an exposure to the steps; the caller sees to what follows from it. */
    void add(long ts, int variant) {
        int i = recentTs.lowerBound(ts);
        while (i < recentTs.size() && recentTs.get(i) == ts && recentVariant.get(i) < variant) {
            i++;
        }
        recentTs.insert(i, ts);
        recentVariant.insert(i, variant);
    }

    void show(int variant, long times) {
        if (variant >= impressions.length) {
            impressions = Arrays.copyOf(impressions, variant + 1);
        }
        impressions[variant] += times;
        seen |= 1 << variant;
    }

    /** True if this exposure comes before all others. */
    boolean isFirst(long ts, int variant) {
        return firstVariant == NONE || ts < firstTs || (ts == firstTs && variant < firstVariant);
    }

    void grow(int cells) {
        if (events.length < cells) {
            events = Arrays.copyOf(events, cells);
            sums = Arrays.copyOf(sums, cells);
        }
    }

    /** Leaves the last step of what lies before the horizon. */
    void fold(long horizon) {
        int end = recentTs.lowerBound(horizon);
        for (int i = 0; i < end; i++) {
            if (recentVariant.get(i) != foldedVariant) {
                foldedVariant = (int) recentVariant.get(i);
                foldedFrom = recentTs.get(i);
            }
        }
        recentTs.removeRange(0, end);
        recentVariant.removeRange(0, end);
    }

    /** Out of the experiment for good: only that is remembered. */
    void exclude() {
        excluded = true;
        seen = 0;
        impressions = new long[0];
        firstVariant = NONE;
        foldedVariant = NONE;
        recentTs.removeRange(0, recentTs.size());
        recentVariant.removeRange(0, recentVariant.size());
        events = new long[0];
        sums = new long[0];
    }
}
