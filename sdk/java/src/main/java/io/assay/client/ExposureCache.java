package io.assay.client;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Remembers which variant of which experiment was recorded last for a user, in fixed memory and without locks.
 *
 * <p>A pair of user and experiment is a 64-bit hash. Its low bits choose a row of 8 words, its high 44 bits stand in a word of the
 * row, and the word's other 20 bits are the variant's. Two pairs are taken for one, and an exposure is lost, if they share the row
 * and the 44 bits: at most 8 in 2^44 new pairs, one in 2 * 10^12. When a row is full a word is overwritten, and if its pair comes
 * again it is recorded again, which counts as another impression but not as another exposed user.
 */
final class ExposureCache {
    private static final int WAYS = 8;
    private static final int TAG_BITS = 20;
    private static final long TAG = (1L << TAG_BITS) - 1;

    private final AtomicLongArray words;
    private final int rows;

    ExposureCache(int exposures) {
        int size = Math.max(WAYS, Integer.highestOneBit(Math.max(1, Math.min(exposures, 1 << 23) - 1)) << 1);
        words = new AtomicLongArray(size);
        rows = size / WAYS;
    }

    /** What stands for a variant: never 0, so no word is. */
    static int tag(String variant) {
        return 1 + (int) Long.remainderUnsigned(Hash64.of(variant), TAG);
    }

    /** Forgets a variant, if it is the one noted for this pair. */
    void remove(long pair, int tag) {
        int row = (int) (pair & (rows - 1)) * WAYS;
        long word = (pair & ~TAG) | tag;
        for (int w = 0; w < WAYS; w++) {
            words.compareAndSet(row + w, word, 0);
        }
    }

    /** Notes a variant; says whether it was not the one noted for this pair already. */
    boolean add(long pair, int tag) {
        int row = (int) (pair & (rows - 1)) * WAYS;
        long key = pair & ~TAG;
        long word = key | tag;
        while (true) {
            int way = -1;
            long seen = 0;
            int victim = (int) (key >>> 61);
            long victimSeen = 0;
            for (int w = 0; w < WAYS; w++) {
                long there = words.get(row + w);
                if (there == word) {
                    return false;
                }
                if ((there & ~TAG) == key && there != 0) {
                    way = w;
                    seen = there;
                    break;
                }
                if (there == 0 && way < 0) {
                    way = w;
                }
                if (w == victim) {
                    victimSeen = there;
                }
            }
            if (way < 0) {
                way = victim;
                seen = victimSeen;
            }
            if (words.compareAndSet(row + way, seen, word)) {
                return true;
            }
        }
    }
}
