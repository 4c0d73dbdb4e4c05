package io.assay.client;

import java.util.concurrent.ThreadLocalRandom;

/** 64-bit hashes of texts, seeded anew in each process, so that nobody can choose texts that collide. */
final class Hash64 {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    private static final long SEED = ThreadLocalRandom.current().nextLong();

    private Hash64() {}

    static long of(String text) {
        long h = SEED ^ (text.length() * GOLDEN);
        for (int i = 0; i < text.length(); i++) {
            h = (h ^ text.charAt(i)) * GOLDEN;
            h ^= h >>> 29;
        }
        return mixed(h);
    }

    static long of(long a, long b) {
        return mixed(a + mixed(b) * GOLDEN);
    }

    /** The finaliser of SplitMix64. */
    private static long mixed(long h) {
        long x = (h ^ (h >>> 30)) * 0xbf58476d1ce4e5b9L;
        x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
        return x ^ (x >>> 31);
    }
}
