package io.assay.engine;

import static io.assay.engine.Experiments.experiment;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever way experiments are looked at, the answer is that of the definition. */
class PlanTest {
    private final Random random = new Random(7);
    private final Scratch scratch = new Scratch();

    @Test
    void everybodyGetsWhatTheDefinitionSays() {
        for (int round = 0; round < 60; round++) {
            Snapshot snapshot = snapshot(round);
            Set<String> killed =
                    round % 3 == 0 ? Set.of(snapshot.experiments().get(0).key()) : Set.of();
            Assigner assigner = new Assigner(snapshot).killing(killed);
            for (int u = 0; u < 300; u++) {
                String user = "user-" + random.nextInt();
                Attributes known = Attributes.of(Map.of("platform", u % 2 == 0 ? "web" : "ios"));
                assigner.assign(user, known, scratch);
                List<Integer> expected = new ArrayList<>();
                List<Integer> answered = new ArrayList<>();
                for (int e = 0; e < snapshot.experiments().size(); e++) {
                    expected.add(defined(snapshot, e, killed, user, u % 2 == 0));
                    answered.add(scratch.variants()[e]);
                    assertThat(scratch.variants()[e] == Assigner.NOT_IN || isCandidate(e))
                            .as("experiment %d is marked", e)
                            .isTrue();
                }
                assertThat(answered).as("round %d, %s", round, user).isEqualTo(expected);
            }
        }
    }

    @Test
    void aSharedLayerHoldsWhatItsRangesHoldAtEveryEdge() {
        CompiledExperiment[] all = {compiled("a", 0, 700), compiled("b", 700, 4321), compiled("c", 9000, 10_000)};
        SharedLayer layer = SharedLayer.of(0, List.of(0, 1, 2), all, new int[3]);
        for (int bucket = 0; bucket < Slots.COUNT; bucket++) {
            int first = (int) ((((long) bucket << 32) + Slots.COUNT - 1) / Slots.COUNT);
            int expected = bucket < 700 ? 0 : bucket < 4321 ? 1 : bucket < 9000 ? Assigner.NOT_IN : 2;
            assertThat(layer.holder(layer.stretch(first)))
                    .as("bucket %d", bucket)
                    .isEqualTo(expected);
            if (bucket > 0) {
                assertThat(SaltStates.bucket(first - 1)).isEqualTo(bucket - 1);
            }
        }
        assertThat(layer.holder(layer.stretch(-1))).isEqualTo(2);
    }

    private boolean isCandidate(int e) {
        long[] words = scratch.candidates();
        return words == null || (words[e >> 6] >> e & 1) == 1;
    }

    private static CompiledExperiment compiled(String key, int from, int to) {
        return CompiledExperiment.of(experiment(key).slots(from, to).build(), new Numbering<>(), new Numbering<>());
    }

    private Snapshot snapshot(int round) {
        List<Experiment> experiments = new ArrayList<>();
        int layers = 1 + random.nextInt(6);
        for (int l = 0; l < layers; l++) {
            Layer layer = new Layer("layer" + l, salt());
            int members = round % 5 == 0 ? 1 : 1 + random.nextInt(9);
            int width = Slots.COUNT / members;
            for (int m = 0; m < members; m++) {
                experiments.add(made(l + "-" + m, layer, m * width, width));
            }
        }
        experiments.sort((a, b) -> a.key().compareTo(b.key()));
        Holdout holdout = round % 4 == 0 ? new Holdout(salt(), Slots.of(new int[] {0, 500})) : null;
        return new Snapshot(1, holdout, experiments);
    }

    private Experiment made(String key, Layer layer, int from, int width) {
        int to = Math.min(from + 1 + random.nextInt(width), Slots.COUNT);
        int middle = (from + to) / 2;
        boolean parted = middle - from > 10 && random.nextBoolean();
        Slots slots = parted
                ? Slots.of(new int[] {from, middle - 5}, new int[] {middle, to})
                : width == Slots.COUNT && random.nextBoolean() ? Slots.ALL : Slots.of(new int[] {from, to});
        List<Variant> variants = random.nextBoolean()
                ? List.of(Variant.of("control", 5000), Variant.of("b", 5000))
                : List.of(
                        Variant.of("control", 2000),
                        new Variant("b", 3000, Variant.NO_CONFIG, random.nextBoolean()),
                        Variant.of("c", 5000));
        Targeting targeting = random.nextInt(3) == 0 ? new Targeting(List.of("web"), List.of(), List.<Rule>of()) : null;
        return new Experiment(
                "%12s".formatted(key).replace(' ', '0').replace('-', '0'),
                key,
                salt(),
                layer,
                slots,
                variants,
                targeting,
                Map.of());
    }

    private static int defined(Snapshot snapshot, int e, Set<String> killed, String user, boolean web) {
        Experiment experiment = snapshot.experiments().get(e);
        Holdout holdout = snapshot.holdout();
        boolean out = killed.contains(experiment.key())
                || (holdout != null && holdout.slots().holds(Bucket.of(holdout.salt(), user)))
                || (experiment.targeting() != null && !web)
                || !experiment.slots().holds(Bucket.of(experiment.layer().salt(), user));
        int bucket = Bucket.of(experiment.salt(), user);
        int end = 0;
        for (int v = 0; !out && v < experiment.variants().size(); v++) {
            Variant variant = experiment.variants().get(v);
            end += variant.buckets();
            if (bucket < end) {
                return variant.dropped() ? Assigner.NOT_IN : v;
            }
        }
        return Assigner.NOT_IN;
    }

    private String salt() {
        return "%08x".formatted(random.nextInt());
    }
}
