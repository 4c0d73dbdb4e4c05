package io.assay.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SlotsTest {
    @Test
    void rangesAreHalfOpenSortedAndJoined() {
        Slots slots = Slots.of(new int[] {500, 600}, new int[] {0, 0}, new int[] {0, 200}, new int[] {200, 300});
        assertThat(slots.ranges()).containsExactly(new int[] {0, 300}, new int[] {500, 600});
        assertThat(slots.size()).isEqualTo(400);
        assertThat(slots.holds(0)).isTrue();
        assertThat(slots.holds(299)).isTrue();
        assertThat(slots.holds(300)).isFalse();
        assertThat(slots.holds(599)).isTrue();
        assertThat(slots.holds(600)).isFalse();
    }

    @Test
    void touchingSetsDoNotOverlap() {
        Slots slots = Slots.of(new int[] {0, 100}, new int[] {200, 300});
        assertThat(slots.overlaps(Slots.of(new int[] {100, 200}, new int[] {300, 10_000})))
                .isFalse();
        assertThat(slots.overlaps(Slots.of(new int[] {150, 201}))).isTrue();
        assertThat(slots.overlaps(Slots.ALL)).isTrue();
        assertThat(slots.overlaps(Slots.NONE)).isFalse();
    }

    @Test
    void whatIsNoRangeIsRefused() {
        for (int[] range : new int[][] {{-1, 5}, {5, 4}, {0, 10_001}, {1}, {1, 2, 3}}) {
            assertThatThrownBy(() -> Slots.of(range)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Slots.of(new int[] {0, 5}, new int[] {4, 6})).hasMessageContaining("overlaps");
    }
}
