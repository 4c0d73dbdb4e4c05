package io.assay.assignment;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Texts in groups, one after the other in one array of bytes, from which an answer is put together.
 *
 * <p>A piece is some thirty bytes, and an answer has hundreds of them, so a call to copy each would cost more than the copying.
 * Thirty-two bytes at a time are copied in place, as many for every piece of a group as the longest needs: what is too much
 * is written over by what comes next, and the processor is not surprised by the length of the variant that a user got.
 */
final class Pieces {
    private static final int STEP = 32;

    private static final int SHORT = 96;
    private static final int SMALL = 64 * 1024;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final int[] ends;
    private final int[] firsts;
    private final int[] longest;
    private final long longestOfAll;

    private Pieces(byte[] bytes, int[] ends, int[] firsts, int[] longest) {
        this.bytes = bytes;
        this.ends = ends;
        this.firsts = firsts;
        this.longest = longest;
        longestOfAll = IntStream.of(longest).asLongStream().sum();
    }

    /** Collects pieces group by group. */
    static final class Builder {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final List<Integer> ends = new ArrayList<>(List.of(0));
        private final List<Integer> firsts = new ArrayList<>();
        private final List<Integer> longest = new ArrayList<>();
        private int first;
        private int most;

        void add(String piece) {
            byte[] utf8 = piece.getBytes(StandardCharsets.UTF_8);
            bytes.writeBytes(utf8);
            ends.add(bytes.size());
            most = Math.max(most, utf8.length);
        }

        void endGroup() {
            firsts.add(first);
            longest.add(most);
            first = ends.size() - 1;
            most = 0;
        }

        Pieces build() {
            int longestOfOne = longest.stream().mapToInt(l -> l).max().orElse(0);
            bytes.writeBytes(new byte[longestOfOne + STEP]);
            return new Pieces(bytes.toByteArray(), ints(ends), ints(firsts), ints(longest));
        }

        private static int[] ints(List<Integer> numbers) {
            return numbers.stream().mapToInt(n -> n).toArray();
        }
    }

    int groups() {
        return firsts.length;
    }

    /** Room enough for the chosen pieces. */
    int room(int[] chosen) {
        if (longestOfAll <= SMALL) {
            return (int) longestOfAll + STEP;
        }
        int room = STEP;
        for (int group = 0; group < firsts.length; group++) {
            room += chosen[group] >= 0 ? longest[group] : 0;
        }
        return room;
    }

    /**
     * Copies the chosen piece of every group that has one.
     *
     * @param chosen the number of the piece in each group, negative for none
     * @param candidates the only groups to look at, as bits, or null for all
     * @param out has that much room
     * @return the end of what was written
     */
    int copy(int[] chosen, long @Nullable [] candidates, byte[] out, int at) {
        int end = at;
        if (candidates == null) {
            for (int group = 0; group < firsts.length; group++) {
                end = chosen[group] < 0 ? end : copy(group, chosen[group], out, end);
            }
            return end;
        }
        for (int word = 0; word << 6 < firsts.length; word++) {
            for (long left = candidates[word]; left != 0; left &= left - 1) {
                int group = (word << 6) + Long.numberOfTrailingZeros(left);
                end = chosen[group] < 0 ? end : copy(group, chosen[group], out, end);
            }
        }
        return end;
    }

    private int copy(int group, int piece, byte[] out, int at) {
        int number = firsts[group] + piece;
        int from = ends[number];
        int length = ends[number + 1] - from;
        step(from, out, at);
        if (longest[group] > STEP) {
            int copied = longest[group] <= SHORT ? longest[group] : length;
            for (int i = STEP; i < copied; i += STEP) {
                step(from + i, out, at + i);
            }
        }
        return at + length;
    }

    /** Without a loop: the compiler makes more of these lines than of one that goes round four times. */
    private void step(int from, byte[] out, int at) {
        LONGS.set(out, at, (long) LONGS.get(bytes, from));
        LONGS.set(out, at + 8, (long) LONGS.get(bytes, from + 8));
        LONGS.set(out, at + 16, (long) LONGS.get(bytes, from + 16));
        LONGS.set(out, at + 24, (long) LONGS.get(bytes, from + 24));
    }
}
