package io.assay.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One experiment as the evaluation reads it: edges of slots, bounds of variants, rules. */
final class CompiledExperiment {
    private static final CompiledRule[] NO_RULES = {};

    /** The place of the layer's salt. */
    final int layer;

    private final int[] edges;
    private final int[] bounds;
    private final int[] arms;
    private final CompiledRule[] rules;
    private final boolean broken;

    private CompiledExperiment(Experiment experiment, int layer, CompiledRule[] rules, boolean broken) {
        this.layer = layer;
        this.rules = rules;
        this.broken = broken;
        edges = broken ? new int[0] : experiment.slots().edges();
        List<Variant> variants = experiment.variants();
        bounds = new int[variants.size()];
        arms = new int[variants.size()];
        int bound = 0;
        for (int v = 0; v < bounds.length; v++) {
            bound += variants.get(v).buckets();
            bounds[v] = bound;
            arms[v] = variants.get(v).dropped() ? Assigner.NOT_IN : v;
        }
    }

    static CompiledExperiment of(Experiment experiment, Numbering layers, Numbering names) {
        int layer = layers.of(experiment.layer().salt());
        try {
            return new CompiledExperiment(experiment, layer, rules(experiment.targeting(), names), false);
        } catch (RuntimeException e) {
            return new CompiledExperiment(experiment, layer, NO_RULES, true);
        }
    }

    private static CompiledRule[] rules(@Nullable Targeting targeting, Numbering names) {
        return targeting == null
                ? NO_RULES
                : targeting.all().stream()
                        .map(rule -> new CompiledRule(rule, names.of(rule.attribute())))
                        .toArray(CompiledRule[]::new);
    }

    boolean isBroken() {
        return broken;
    }

    boolean holdsSlot(int slot) {
        for (int i = 0; i < edges.length; i += 2) {
            if (slot >= edges[i] && slot < edges[i + 1]) {
                return true;
            }
        }
        return false;
    }

    boolean isMeant(@Nullable Object[] values) {
        for (CompiledRule rule : rules) {
            if (!rule.holds(values[rule.attribute])) {
                return false;
            }
        }
        return true;
    }

    /** The variant whose range holds the bucket. */
    int arm(int bucket) {
        int v = 0;
        while (bucket >= bounds[v]) {
            v++;
        }
        return arms[v];
    }
}
