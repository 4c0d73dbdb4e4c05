package io.assay.catalog;

import io.assay.engine.Slots;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The 10,000 slots of one layer: who has which, and which were had before. Slots that were never used are given out
 * before freed ones, and of those the ones that have been free for longest: who was in an experiment long ago carries
 * the least of it over.
 */
final class SlotBook {
    /** Slots in one hand: in use by an experiment, or freed by it at that time. */
    record Entry(int from, int to, String experimentId, @Nullable Instant freedAt) {}

    private record Hand(String experimentId, @Nullable Instant freedAt) {}

    private final @Nullable Hand[] slots = new Hand[Percent.ALL];

    SlotBook(List<Entry> entries) {
        for (Entry entry : entries) {
            Hand hand = new Hand(entry.experimentId(), entry.freedAt());
            for (int slot = entry.from(); slot < entry.to(); slot++) {
                slots[slot] = hand;
            }
        }
    }

    private boolean isFree(int slot) {
        Hand hand = slots[slot];
        return hand == null || hand.freedAt() != null;
    }

    int free() {
        return (int) IntStream.range(0, slots.length).filter(this::isFree).count();
    }

    /** Gives that many more slots to an experiment; false, and nothing is changed, if so many are not free. */
    boolean take(String experimentId, int count) {
        if (count > free()) {
            return false;
        }
        Hand hand = new Hand(experimentId, null);
        IntStream.range(0, slots.length)
                .filter(this::isFree)
                .boxed()
                .sorted(Comparator.comparing(this::freedAt))
                .limit(count)
                .forEach(slot -> slots[slot] = hand);
        return true;
    }

    private Instant freedAt(int slot) {
        return Optional.ofNullable(slots[slot]).map(Hand::freedAt).orElse(Instant.MIN);
    }

    /** Frees all that the experiment has. */
    void release(String experimentId, Instant now) {
        Hand freed = new Hand(experimentId, now);
        Hand used = new Hand(experimentId, null);
        for (int slot = 0; slot < slots.length; slot++) {
            if (used.equals(slots[slot])) {
                slots[slot] = freed;
            }
        }
    }

    Slots of(String experimentId) {
        Hand used = new Hand(experimentId, null);
        return where(slot -> used.equals(slots[slot]));
    }

    Slots freeSlots() {
        return where(this::isFree);
    }

    private static Slots where(IntPredicate holds) {
        List<int[]> ranges = new ArrayList<>();
        int from = -1;
        for (int slot = 0; slot <= Percent.ALL; slot++) {
            boolean in = slot < Percent.ALL && holds.test(slot);
            if (in && from < 0) {
                from = slot;
            } else if (!in && from >= 0) {
                ranges.add(new int[] {from, slot});
                from = -1;
            }
        }
        return Slots.of(ranges.toArray(int[][]::new));
    }

    /** All that is or was in use, in order and as few ranges as can be. */
    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (int from = 0, to; from < slots.length; from = to) {
            Hand hand = slots[from];
            to = from + 1;
            while (to < slots.length && Objects.equals(slots[to], hand)) {
                to++;
            }
            if (hand != null) {
                entries.add(new Entry(from, to, hand.experimentId(), hand.freedAt()));
            }
        }
        return entries;
    }
}
