package io.assay.metrics;

/** A 64-bit hash of a text (MurmurHash64A over its UTF-16 units): what the join's state keeps of ids and names. */
final class Hash64 {
    private static final long M = 0xc6a4a7935bd1e995L;

    private Hash64() {}

    static long of(String text) {
        long h = text.length() * M;
        int i = 0;
        for (; i + 4 <= text.length(); i += 4) {
            h = (h ^ scramble(units(text, i, 4))) * M;
        }
        if (i < text.length()) {
            h = (h ^ units(text, i, text.length() - i)) * M;
        }
        h = (h ^ (h >>> 47)) * M;
        return h ^ (h >>> 47);
    }

    private static long units(String text, int from, int count) {
        long k = 0;
        for (int i = 0; i < count; i++) {
            k |= (long) text.charAt(from + i) << (16 * i);
        }
        return k;
    }

    private static long scramble(long k) {
        long mixed = k * M;
        return (mixed ^ (mixed >>> 47)) * M;
    }
}
