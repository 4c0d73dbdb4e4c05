package io.assay.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One experiment as the evaluation reads it: edges of slots, bounds of variants, rules. */
final class CompiledExperiment {
    /** The number of its layer. */
    final int layer;

    /** The places of its rules among all distinct ones. */
    final int[] rules;

    private final int[] edges;
    private final int[] bounds;
    private final int[] arms;
    private final boolean broken;
    private final boolean plain;

    private CompiledExperiment(Experiment experiment, int layer, int[] rules, boolean broken) {
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
        plain = edges.length <= 2 && bounds.length <= 2 && bounds[0] > 0 && !hasDropped();
    }

    static CompiledExperiment of(Experiment experiment, Numbering<String> layers, Numbering<Rule> rules) {
        int layer = layers.of(experiment.layer().salt());
        try {
            return new CompiledExperiment(experiment, layer, rules(experiment.targeting(), rules), false);
        } catch (RuntimeException e) {
            return new CompiledExperiment(experiment, layer, new int[0], true);
        }
    }

    private static int[] rules(@Nullable Targeting targeting, Numbering<Rule> rules) {
        return targeting == null
                ? new int[0]
                : targeting.all().stream().mapToInt(rules::of).toArray();
    }

    boolean isBroken() {
        return broken;
    }

    /** First slot and the one behind the last of each range; not to be changed. */
    int[] edges() {
        return edges;
    }

    /** Says whether it holds all of its layer. */
    boolean isWhole() {
        return edges.length == 2 && edges[0] == 0 && edges[1] == Slots.COUNT;
    }

    boolean holdsSlot(int slot) {
        for (int i = 0; i < edges.length; i += 2) {
            if (slot >= edges[i] && slot < edges[i + 1]) {
                return true;
            }
        }
        return false;
    }

    /** The first slot, and {@code lastSlot} the last, or a first one behind the last if there is none. */
    int firstSlot() {
        return edges.length == 0 ? Slots.COUNT : edges[0];
    }

    int lastSlot() {
        return edges.length == 0 ? 0 : edges[edges.length - 1] - 1;
    }

    /** The first bucket of the second variant. */
    int boundary() {
        return bounds[0];
    }

    /** Says whether one range of slots and two variants, of which the first has buckets, are all there is to place. */
    boolean isPlain() {
        return plain;
    }

    private boolean hasDropped() {
        for (int arm : arms) {
            if (arm == Assigner.NOT_IN) {
                return true;
            }
        }
        return false;
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
