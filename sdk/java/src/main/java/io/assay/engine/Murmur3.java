package io.assay.engine;

/**
 * MurmurHash3 x86_32, whole and in the steps that {@link SaltStates} runs over many salts at once.
 *
 * <p>Austin Appleby's public domain algorithm: four bytes at a time, little end first, then the tail, then the finaliser.
 */
public final class Murmur3 {
    private Murmur3() {}

    /** The hash of the first {@code length} bytes of a key. */
    public static int hash(byte[] key, int length, int seed) {
        int h = seed;
        int end = length & ~3;
        for (int i = 0; i < end; i += 4) {
            h = mix(h, scramble(block(key, i)));
        }
        return finish(h ^ scramble(tail(key, end, length)), length);
    }

    static int block(byte[] key, int at) {
        return (key[at] & 0xff) | ((key[at + 1] & 0xff) << 8) | ((key[at + 2] & 0xff) << 16) | (key[at + 3] << 24);
    }

    static int tail(byte[] key, int from, int to) {
        int k = 0;
        for (int i = to - 1; i >= from; i--) {
            k = (k << 8) | (key[i] & 0xff);
        }
        return k;
    }

    static int scramble(int block) {
        return Integer.rotateLeft(block * 0xcc9e2d51, 15) * 0x1b873593;
    }

    static int mix(int state, int scrambled) {
        return Integer.rotateLeft(state ^ scrambled, 13) * 5 + 0xe6546b64;
    }

    static int finish(int state, int length) {
        int h = state ^ length;
        h = (h ^ (h >>> 16)) * 0x85ebca6b;
        h = (h ^ (h >>> 13)) * 0xc2b2ae35;
        return h ^ (h >>> 16);
    }
}
