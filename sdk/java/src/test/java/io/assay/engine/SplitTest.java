package io.assay.engine;

import static io.assay.engine.Experiments.experiment;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SplitTest {
    private final int[] variants = new int[1];

    @Test
    void placesAreThoseOfTheBucketsAtEveryEdge() {
        Random random = new Random(3);
        for (int round = 0; round < 20_000; round++) {
            int from = random.nextInt(Slots.COUNT);
            int to = from + 1 + random.nextInt(Slots.COUNT - from);
            int control = 1 + random.nextInt(100);
            Split split = split(experiment("x").slots(from, to).variants(control, 100 - control), false);
            int slotHash = near(random.nextBoolean() ? from : to, random);
            int hash = near(control * 100, random);
            int slot = SaltStates.bucket(slotHash);
            int bucket = SaltStates.bucket(hash);
            int expected = slot < from || slot >= to ? Assigner.NOT_IN : bucket < control * 100 ? 0 : 1;
            assertThat(place(split, slotHash, hash))
                    .as("slots %d to %d, control %d, hashes %08x %08x", from, to, control, slotHash, hash)
                    .isEqualTo(expected);
        }
    }

    @Test
    void nobodyIsInAnExperimentWithoutSlotsOrThatIsKilled() {
        Random random = new Random(4);
        Split empty = split(experiment("x").slots(0, 0), false);
        Split killed = split(experiment("x"), true);
        for (int round = 0; round < 1000; round++) {
            int hash = round == 0 ? 0 : round == 1 ? -1 : random.nextInt();
            assertThat(place(empty, hash, hash)).isEqualTo(Assigner.NOT_IN);
            assertThat(place(killed, hash, hash)).isEqualTo(Assigner.NOT_IN);
        }
    }

    @Test
    void whatIsMoreThanARangeAndTwoVariantsIsSpecial() {
        assertThat(split(experiment("x"), false).special()).isEmpty();
        assertThat(split(experiment("x").variants(100), false).special()).isEmpty();
        assertThat(split(experiment("x").variants(0, 100), false).special()).containsExactly(0);
        assertThat(split(experiment("x").variants(50, 25, 25), false).special()).containsExactly(0);
        assertThat(split(experiment("x").dropped("treatment_a"), false).special())
                .containsExactly(0);
        assertThat(split(experiment("x").where("a", "exists"), false).special()).containsExactly(0);
    }

    private int place(Split split, int slotHash, int hash) {
        split.place(new int[] {slotHash, hash}, new int[1], variants);
        return variants[0];
    }

    /** A hash at the edge of a bucket, or a few beside it. */
    private static int near(int bucket, Random random) {
        return (int) (((long) bucket << 32) / Slots.COUNT) + random.nextInt(5) - 2;
    }

    private static Split split(Experiments experiment, boolean killed) {
        CompiledExperiment compiled = CompiledExperiment.of(experiment.build(), new Numbering<>(), new Numbering<>());
        return new Split(new CompiledExperiment[] {compiled}, new boolean[] {killed}, new int[] {0}, new int[] {0}, 1);
    }
}
