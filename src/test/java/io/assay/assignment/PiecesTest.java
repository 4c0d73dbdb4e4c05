package io.assay.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Pieces of all lengths, chosen at random, beside their texts put one behind the other. */
class PiecesTest {
    private static final int NONE = -1;
    private static final int[] LENGTHS = {1, 7, 27, 31, 32, 33, 64, 95, 96, 97, 128, 1000, 5000};

    private final Random random = new Random(1);

    /** Groups of one to four texts, at most so long. */
    private List<List<String>> groups(int many, int longest) {
        List<List<String>> groups = new ArrayList<>();
        for (int g = 0; g < many; g++) {
            List<String> group = new ArrayList<>();
            for (int p = random.nextInt(4); p >= 0; p--) {
                int length = Math.min(longest, LENGTHS[random.nextInt(LENGTHS.length)]);
                group.add(String.valueOf((char) ('a' + random.nextInt(26))).repeat(length));
            }
            groups.add(group);
        }
        return groups;
    }

    private static Pieces pieces(List<List<String>> groups) {
        Pieces.Builder builder = new Pieces.Builder();
        for (List<String> group : groups) {
            group.forEach(builder::add);
            builder.endGroup();
        }
        return builder.build();
    }

    private int[] choose(List<List<String>> groups) {
        return groups.stream()
                .mapToInt(group -> random.nextInt(group.size() + 1) - 1)
                .toArray();
    }

    private void assertWritten(int many, int longest, IntFunction<ByteBuf> memory) {
        List<List<String>> groups = groups(many, longest);
        Pieces pieces = pieces(groups);
        for (int user = 0; user < 20; user++) {
            int[] chosen = choose(groups);
            assertThat(written(pieces, chosen, null, memory)).isEqualTo(text(groups, chosen));
            long[] candidates = new long[(many >> 6) + 1];
            for (int g = 0; g < many; g++) {
                boolean isOne = random.nextInt(3) == 0;
                candidates[g >> 6] |= isOne ? 1L << g : 0;
                chosen[g] = isOne ? chosen[g] : NONE;
            }
            assertThat(written(pieces, chosen, candidates, memory)).isEqualTo(text(groups, chosen));
        }
    }

    private static String text(List<List<String>> groups, int[] chosen) {
        StringBuilder text = new StringBuilder("{");
        for (int g = 0; g < chosen.length; g++) {
            text.append(chosen[g] == NONE ? "" : groups.get(g).get(chosen[g]));
        }
        return text.append('}').toString();
    }

    /** With no more room than they ask for, and something before and behind them. */
    private static String written(Pieces pieces, int[] chosen, long[] candidates, IntFunction<ByteBuf> memory) {
        ByteBuf out = memory.apply(pieces.room(chosen, candidates) + 2);
        try {
            out.writeByte('{');
            pieces.writeTo(out, chosen, candidates);
            return out.writeByte('}').toString(StandardCharsets.US_ASCII);
        } finally {
            out.release();
        }
    }

    @Test
    void shortPiecesFollowEachOther() {
        assertWritten(1, 32, PiecesTest::exactly);
        assertWritten(500, 32, PiecesTest::exactly);
    }

    @Test
    void piecesOfAllLengthsFollowEachOther() {
        assertWritten(64, 5000, PiecesTest::exactly);
        assertWritten(500, 96, PiecesTest::exactly);
        assertWritten(500, 5000, PiecesTest::exactly);
    }

    @Test
    void anyMemoryWillDo() {
        assertWritten(100, 200, PooledByteBufAllocator.DEFAULT::directBuffer);
        assertWritten(100, 200, Unpooled::buffer);
    }

    private static ByteBuf exactly(int bytes) {
        return Unpooled.directBuffer(bytes, bytes);
    }

    @Test
    void nothingIsWrittenOfNothing() {
        assertThat(written(pieces(List.of()), new int[0], null, PiecesTest::exactly))
                .isEqualTo("{}");
        assertThat(written(pieces(groups(3, 32)), new int[] {NONE, NONE, NONE}, null, PiecesTest::exactly))
                .isEqualTo("{}");
    }
}
