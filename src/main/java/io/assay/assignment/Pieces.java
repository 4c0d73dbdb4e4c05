package io.assay.assignment;

import io.netty.buffer.ByteBuf;
import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Texts in groups, in one table, from which an answer is put together where it is sent from.
 *
 * <p>A piece is some thirty bytes, and an answer has hundreds of them, so a call to copy each would cost more than the copying.
 * The table has places of four words, 32 bytes, and all pieces of a group take as many of them as its longest. As many are
 * copied, in place: what is too much is written over by what comes next, and the processor is not surprised by the
 * length of the variant that a user got.
 */
final class Pieces {
    private static final int WORDS = 4;
    private static final int BYTES = WORDS * Long.BYTES;

    /** Of groups with more places than these only what a piece needs is copied. */
    private static final int FEW = 3;

    private static final int SMALL = 64 * 1024;
    private static final boolean BY_ADDRESS =
            PlatformDependent.hasUnsafe() && !PlatformDependent.BIG_ENDIAN_NATIVE_ORDER;

    private final long[] words;

    /** In bytes, of the piece that begins at a place. */
    private final int[] lengths;

    /** The place of the first piece, and how many each piece takes, by group. */
    private final int[] firsts;

    private final int[] sizes;
    private final long roomForAll;
    private final long roomForOne;

    private Pieces(long[] words, int[] lengths, int[] firsts, int[] sizes) {
        this.words = words;
        this.lengths = lengths;
        this.firsts = firsts;
        this.sizes = sizes;
        roomForAll = BYTES * IntStream.of(sizes).asLongStream().sum();
        roomForOne = BYTES * IntStream.of(sizes).asLongStream().max().orElse(0);
    }

    /** Collects pieces group by group. */
    static final class Builder {
        private final List<List<byte[]>> groups = new ArrayList<>();
        private List<byte[]> group = new ArrayList<>();

        void add(String piece) {
            group.add(piece.getBytes(StandardCharsets.UTF_8));
        }

        void endGroup() {
            groups.add(group);
            group = new ArrayList<>();
        }

        Pieces build() {
            int[] firsts = new int[groups.size()];
            int[] sizes = new int[groups.size()];
            int end = 0;
            for (int g = 0; g < sizes.length; g++) {
                firsts[g] = end;
                sizes[g] = places(groups.get(g).stream()
                        .mapToInt(piece -> piece.length)
                        .max()
                        .orElse(0));
                end += sizes[g] * groups.get(g).size();
            }
            Pieces pieces = new Pieces(new long[end * WORDS], new int[end], firsts, sizes);
            for (int g = 0; g < sizes.length; g++) {
                pieces.fill(g, groups.get(g));
            }
            return pieces;
        }
    }

    private void fill(int group, List<byte[]> pieces) {
        int size = sizes[group];
        int place = firsts[group];
        for (byte[] piece : pieces) {
            lengths[place] = piece.length;
            ByteBuffer padded = ByteBuffer.wrap(Arrays.copyOf(piece, size * BYTES));
            padded.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(words, place * WORDS, size * WORDS);
            place += size;
        }
    }

    private static int places(int length) {
        return Math.max(1, (length + BYTES - 1) / BYTES);
    }

    int groups() {
        return sizes.length;
    }

    /**
     * Room enough for the chosen pieces.
     *
     * @param chosen the number of the piece in each group, negative for none
     * @param candidates the only groups to look at, as bits, or null for all
     */
    int room(int[] chosen, long @Nullable [] candidates) {
        long most = candidates == null ? roomForAll : Math.min(roomForAll, count(candidates) * roomForOne);
        if (most <= SMALL) {
            return (int) most;
        }
        int places = 0;
        for (int group = 0; group < sizes.length; group++) {
            places += chosen[group] < 0 ? 0 : sizes[group];
        }
        return Math.multiplyExact(places, BYTES);
    }

    private long count(long[] candidates) {
        int count = 0;
        for (int word = 0; word << 6 < sizes.length; word++) {
            count += Long.bitCount(candidates[word]);
        }
        return count;
    }

    /**
     * Appends the chosen piece of every group that has one.
     *
     * @param out has {@link #room} for them
     */
    void writeTo(ByteBuf out, int[] chosen, long @Nullable [] candidates) {
        if (!BY_ADDRESS || !out.hasMemoryAddress()) {
            writeByCalls(out, chosen);
            return;
        }
        long start = out.memoryAddress() + out.writerIndex();
        long limit = start + out.writableBytes();
        long end = candidates == null ? copy(chosen, start, limit) : copy(chosen, candidates, start, limit);
        out.writerIndex(out.writerIndex() + (int) (end - start));
    }

    /** Where memory has no address, or its bytes another order. */
    private void writeByCalls(ByteBuf out, int[] chosen) {
        for (int group = 0; group < sizes.length; group++) {
            if (chosen[group] >= 0) {
                int place = firsts[group] + chosen[group] * sizes[group];
                int at = out.writerIndex();
                for (int i = 0; i < places(lengths[place]) * WORDS; i++) {
                    out.setLongLE(at + i * Long.BYTES, words[place * WORDS + i]);
                }
                out.writerIndex(at + lengths[place]);
            }
        }
    }

    private long copy(int[] chosen, long at, long limit) {
        long end = at;
        for (int group = 0; group < sizes.length; group++) {
            end = chosen[group] < 0 ? end : copy(group, chosen[group], end, limit);
        }
        return end;
    }

    private long copy(int[] chosen, long[] candidates, long at, long limit) {
        long end = at;
        for (int word = 0; word << 6 < sizes.length; word++) {
            for (long left = candidates[word]; left != 0; left &= left - 1) {
                int group = (word << 6) + Long.numberOfTrailingZeros(left);
                end = chosen[group] < 0 ? end : copy(group, chosen[group], end, limit);
            }
        }
        return end;
    }

    /** Nothing else looks whether an address may be written to: so this does, for all places that are copied. */
    private long copy(int group, int piece, long at, long limit) {
        int size = sizes[group];
        int place = firsts[group] + piece * size;
        if ((long) size * BYTES > limit - at) {
            throw new IndexOutOfBoundsException("group " + group + " (expected: room for it)");
        }
        copy(place, at);
        if (size > 1) {
            int copied = size <= FEW ? size : places(lengths[place]);
            for (int i = 1; i < copied; i++) {
                copy(place + i, at + (long) i * BYTES);
            }
        }
        return at + lengths[place];
    }

    /** Without a loop: the compiler makes more of these lines than of one that goes round four times. */
    private void copy(int place, long at) {
        int from = place * WORDS;
        PlatformDependent.putLong(at, words[from]);
        PlatformDependent.putLong(at + 8, words[from + 1]);
        PlatformDependent.putLong(at + 16, words[from + 2]);
        PlatformDependent.putLong(at + 24, words[from + 3]);
    }
}
