package io.assay.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.engine.Slots;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlotBookTest {
    private static final Instant T = Instant.parse("2026-03-01T00:00:00Z");
    private final SlotBook book = new SlotBook(List.of());

    private static Slots slots(int... edges) {
        int[][] ranges = new int[edges.length / 2][];
        for (int i = 0; i < ranges.length; i++) {
            ranges[i] = new int[] {edges[2 * i], edges[2 * i + 1]};
        }
        return Slots.of(ranges);
    }

    @Test
    void whoTakesMoreKeepsWhatItHas() {
        assertThat(book.take("a", 500)).isTrue();
        assertThat(book.take("b", 1000)).isTrue();
        assertThat(book.take("a", 500)).isTrue();
        assertThat(book.of("a")).isEqualTo(slots(0, 500, 1500, 2000));
        assertThat(book.of("b")).isEqualTo(slots(500, 1500));
        assertThat(book.freeSlots()).isEqualTo(slots(2000, 10_000));
    }

    @Test
    void aFullLayerGivesNothing() {
        book.take("a", 9_999);
        assertThat(book.take("b", 2)).isFalse();
        assertThat(book.of("b")).isEqualTo(Slots.NONE);
        assertThat(book.take("b", 1)).isTrue();
        assertThat(book.free()).isZero();
    }

    @Test
    void neverUsedSlotsComeFirstThenTheLongestFreed() {
        book.take("a", 1000);
        book.take("b", 1000);
        book.take("c", 1000);
        book.release("b", T);
        book.release("a", T.plusSeconds(1));
        book.take("d", 7000);
        assertThat(book.of("d")).isEqualTo(slots(3000, 10_000));
        book.take("e", 1500);
        assertThat(book.of("e")).isEqualTo(slots(0, 500, 1000, 2000));
    }

    @Test
    void whatIsKeptAsRowsComesBackTheSame() {
        book.take("a", 100);
        book.take("b", 100);
        book.release("a", T);
        book.take("c", 50);
        SlotBook again = new SlotBook(book.entries());
        assertThat(again.entries()).isEqualTo(book.entries()).hasSize(3);
        again.take("d", 9_850);
        assertThat(again.of("d")).isEqualTo(slots(0, 100, 250, 10_000));
    }

    @Test
    void noSlotIsEverInTwoHandsAndNobodyLosesOne() {
        Random random = new Random(20260301);
        for (int round = 0; round < 20; round++) {
            SlotBook each = new SlotBook(List.of());
            Map<String, Slots> model = new LinkedHashMap<>();
            for (int step = 0; step < 40; step++) {
                String who = "x" + random.nextInt(6);
                if (random.nextInt(4) == 0) {
                    each.release(who, T.plusSeconds(step));
                    model.remove(who);
                } else if (each.take(who, random.nextInt(3000))) {
                    Slots now = each.of(who);
                    for (int[] had : model.getOrDefault(who, Slots.NONE).ranges()) {
                        assertThat(now.ranges()).anyMatch(has -> has[0] <= had[0] && had[1] <= has[1]);
                    }
                    model.put(who, now);
                }
                List<Slots> all = new ArrayList<>(model.values());
                int sum = all.stream().mapToInt(Slots::size).sum();
                assertThat(sum + each.free()).isEqualTo(10_000);
                model.forEach((key, has) -> assertThat(each.of(key)).isEqualTo(has));
            }
        }
    }
}
