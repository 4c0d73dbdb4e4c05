package io.assay.sdk;

import io.assay.engine.Experiment;
import io.assay.engine.Holdout;
import io.assay.engine.Layer;
import io.assay.engine.Rule;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Targeting;
import io.assay.engine.Variant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot with everything in it that there can be: own and shared layers, slots with gaps, a holdout, every operator, dropped
 * variants, allocations of 0 and of hundredths of a percent, overrides. The same for the same seed.
 */
final class RandomSnapshot {
    private static final int SHARED_LAYERS = 4;
    private static final List<String> KEYS = List.of("__proto__x", "constructor", "toString", "10", "2", "a.b-c_d");

    private final Random random;
    private final RandomValues values;
    private final int[] taken = new int[SHARED_LAYERS];
    private final List<Layer> layers;

    RandomSnapshot(long seed) {
        random = new Random(seed);
        values = new RandomValues(random);
        layers = IntStream.range(0, SHARED_LAYERS)
                .mapToObj(i -> new Layer("layer_" + i, salt()))
                .toList();
    }

    Snapshot build(int count) {
        List<Experiment> experiments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            experiments.add(experiment(i));
        }
        experiments.sort(Comparator.comparing(Experiment::key));
        return new Snapshot(1, new Holdout(salt(), Slots.of(new int[] {9_700, 10_000})), experiments);
    }

    private Experiment experiment(int i) {
        String key = i > 0 && i < KEYS.size() ? KEYS.get(i) : "experiment_" + i;
        int shared = random.nextInt(2 * SHARED_LAYERS);
        boolean isShared = shared < SHARED_LAYERS && taken[shared] < Slots.COUNT - 1_500;
        List<Variant> variants = variants();
        return new Experiment(
                "id%010d".formatted(i),
                key,
                salt(),
                isShared ? layers.get(shared) : new Layer(null, salt()),
                isShared ? next(shared) : slots(0, Slots.COUNT),
                variants,
                random.nextInt(3) == 0 ? null : targeting(),
                random.nextInt(5) == 0 ? overrides(variants) : Map.of());
    }

    private Slots next(int layer) {
        int from = taken[layer] + random.nextInt(50);
        taken[layer] = from + 500 + random.nextInt(1_000);
        return slots(from, taken[layer]);
    }

    /** All of a stretch, or two parts of it. */
    private Slots slots(int from, int to) {
        int third = (to - from) / 3;
        return switch (random.nextInt(3)) {
            case 0 -> Slots.of(new int[] {from, from + 1 + random.nextInt(third)}, new int[] {to - third, to});
            default -> Slots.of(new int[] {from, to});
        };
    }

    private List<Variant> variants() {
        int arms = 1 + random.nextInt(5);
        List<Variant> variants = new ArrayList<>();
        int left = Slots.COUNT;
        for (int arm = 1; arm <= arms; arm++) {
            int buckets = random.nextInt(10) == 0 ? 0 : random.nextInt(left / 2 + 1);
            left -= buckets;
            variants.add(new Variant("arm " + arm, buckets, "{\"n\":" + arm + "}", random.nextInt(6) == 0));
        }
        variants.add(random.nextInt(variants.size() + 1), Variant.of(Variant.CONTROL, left));
        return variants;
    }

    private @Nullable Targeting targeting() {
        List<String> platforms = random.nextInt(3) == 0 ? List.of("web", "ios") : List.of();
        List<String> segments = random.nextInt(4) == 0 ? List.of("new_users", "premium") : List.of();
        List<Rule> rules = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            rules.add(values.rule());
        }
        return new Targeting(platforms, segments, rules);
    }

    private Map<String, String> overrides(List<Variant> variants) {
        Map<String, String> overrides = new HashMap<>();
        for (String user : RandomUsers.KNOWN) {
            overrides.put(user, variants.get(random.nextInt(variants.size())).key());
        }
        return overrides;
    }

    private String salt() {
        return "%08x".formatted(random.nextInt());
    }
}
