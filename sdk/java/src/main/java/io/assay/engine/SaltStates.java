package io.assay.engine;

import java.util.List;

/**
 * The hash states after each of many salts, from which one pass over a user id's bytes gives the user's hash under all of them.
 *
 * <p>A salt is eight characters, two whole blocks, so the state after it is a constant. A block of the user id is the
 * same for every salt: it is scrambled once and mixed into all states by a loop over {@code int[]} without branches or
 * calls that stay, which C2 turns into vector instructions. No salt costs more than a lane.
 */
final class SaltStates {
    static final int SALT_BYTES = 8;

    private final int[] states;

    SaltStates(List<String> salts) {
        states = new int[salts.size()];
        for (int i = 0; i < states.length; i++) {
            states[i] = after(salts.get(i));
        }
    }

    int size() {
        return states.length;
    }

    /** Writes the hash of each salt followed by the user id into {@code hashes}. */
    void hash(byte[] user, int length, int[] hashes) {
        int[] blocks = new int[blocks(length)];
        scramble(user, length, blocks);
        hash(blocks, length, hashes);
    }

    /** The same for a user id of that many bytes, by what {@link #scramble} made of it. */
    void hash(int[] blocks, int length, int[] hashes) {
        int n = states.length;
        System.arraycopy(states, 0, hashes, 0, n);
        int whole = length >> 2;
        for (int i = 0; i < whole; i++) {
            mixAll(hashes, n, blocks[i]);
        }
        finishAll(hashes, n, blocks[whole], SALT_BYTES + length);
    }

    /** How many blocks so many bytes are, with the tail, which may be empty. */
    static int blocks(int length) {
        return (length >> 2) + 1;
    }

    /** Scrambles a user id's blocks and its tail: what is mixed into the state after any salt. */
    static void scramble(byte[] user, int length, int[] blocks) {
        int whole = length >> 2;
        for (int i = 0; i < whole; i++) {
            blocks[i] = Murmur3.scramble(Murmur3.block(user, 4 * i));
        }
        blocks[whole] = Murmur3.scramble(Murmur3.tail(user, 4 * whole, length));
    }

    /** The hash of one salt, by the state after it, followed by the user id. */
    static int hash(int state, int[] blocks, int length) {
        int h = state;
        int whole = length >> 2;
        for (int i = 0; i < whole; i++) {
            h = Murmur3.mix(h, blocks[i]);
        }
        return Murmur3.finish(h ^ blocks[whole], SALT_BYTES + length);
    }

    /** The bucket 0..9999 of a hash: its place in the unsigned range, scaled, without the bias of a remainder. */
    static int bucket(int hash) {
        return (int) (((hash & 0xffffffffL) * Slots.COUNT) >>> 32);
    }

    private static void mixAll(int[] h, int n, int scrambled) {
        for (int i = 0; i < n; i++) {
            h[i] = Murmur3.mix(h[i], scrambled);
        }
    }

    private static void finishAll(int[] h, int n, int tail, int length) {
        for (int i = 0; i < n; i++) {
            h[i] = Murmur3.finish(h[i] ^ tail, length);
        }
    }

    /** The state after a salt. */
    static int after(String salt) {
        int state = 0;
        for (int at = 0; at < SALT_BYTES; at += 4) {
            int block = salt.charAt(at)
                    | (salt.charAt(at + 1) << 8)
                    | (salt.charAt(at + 2) << 16)
                    | (salt.charAt(at + 3) << 24);
            state = Murmur3.mix(state, Murmur3.scramble(block));
        }
        return state;
    }
}
