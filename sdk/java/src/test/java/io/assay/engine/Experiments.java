package io.assay.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Experiments for tests: {@code experiment("x").slots(0, 500).variants(50, 50).build()}. */
final class Experiments {
    private static int salts;

    private final String key;
    private Layer layer = new Layer(null, salt());
    private Slots slots = Slots.ALL;
    private List<Variant> variants = variantsOf(50, 50);
    private @Nullable Targeting targeting;
    private Map<String, String> overrides = Map.of();

    private Experiments(String key) {
        this.key = key;
    }

    static Experiments experiment(String key) {
        return new Experiments(key);
    }

    static synchronized String salt() {
        return "%08x".formatted(Murmur3.finish(++salts, 0));
    }

    static Snapshot snapshot(Experiment... experiments) {
        return new Snapshot(1, null, List.of(experiments));
    }

    Experiments layer(Layer layer) {
        this.layer = layer;
        return this;
    }

    Experiments slots(int from, int to) {
        slots = Slots.of(new int[] {from, to});
        return this;
    }

    Experiments variants(int... percents) {
        variants = variantsOf(percents);
        return this;
    }

    Experiments dropped(String key) {
        variants = variants.stream()
                .map(v -> v.key().equals(key) ? new Variant(key, v.buckets(), v.config(), true) : v)
                .toList();
        return this;
    }

    Experiments where(String attribute, String op, Object... values) {
        targeting = new Targeting(List.of(), List.of(), List.of(new Rule(attribute, op, List.of(values))));
        return this;
    }

    Experiments override(String user, String variant) {
        overrides = Map.of(user, variant);
        return this;
    }

    Experiment build() {
        return build(salt());
    }

    Experiment build(String salt) {
        return new Experiment("id-" + key, key, salt, layer, slots, variants, targeting, overrides);
    }

    private static List<Variant> variantsOf(int... percents) {
        List<Variant> variants = new ArrayList<>();
        for (int i = 0; i < percents.length; i++) {
            variants.add(Variant.of(i == 0 ? "control" : "treatment_" + (char) ('a' + i - 1), percents[i] * 100));
        }
        return variants;
    }
}
