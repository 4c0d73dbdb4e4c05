package io.assay.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is served at one moment: the running experiments in the order of their keys, and the holdout.
 *
 * @param version moves with what is served and never goes back
 */
public record Snapshot(long version, @Nullable Holdout holdout, List<Experiment> experiments) {
    /** The snapshot before there is any. */
    public static final Snapshot EMPTY = new Snapshot(0, null, List.of());

    public Snapshot {
        experiments = List.copyOf(experiments);
        if (version < 0) {
            throw new IllegalArgumentException("version: " + version + " (expected: 0 or more)");
        }
        requireOrder(experiments);
        requireOwnSalts(holdout, experiments);
        requireDisjointSlots(experiments);
    }

    private static void requireOrder(List<Experiment> experiments) {
        for (int i = 1; i < experiments.size(); i++) {
            String before = experiments.get(i - 1).key();
            String key = experiments.get(i).key();
            if (before.compareTo(key) >= 0) {
                throw new IllegalArgumentException(
                        "experiments: " + key + " after " + before + " (expected: unique keys in bytewise order)");
            }
        }
    }

    private static void requireOwnSalts(@Nullable Holdout holdout, List<Experiment> experiments) {
        Set<String> layers = new HashSet<>();
        Set<String> salts = new HashSet<>();
        for (Experiment experiment : experiments) {
            layers.add(experiment.layer().salt());
            if (!salts.add(experiment.salt())) {
                throw new IllegalArgumentException("experiment " + experiment.key() + ": its salt is another's too");
            }
        }
        if (holdout != null) {
            layers.add(holdout.salt());
        }
        layers.retainAll(salts);
        if (!layers.isEmpty()) {
            throw new IllegalArgumentException(
                    "salt " + layers.iterator().next() + ": belongs to an experiment and a layer");
        }
    }

    private static void requireDisjointSlots(List<Experiment> experiments) {
        Map<String, List<Experiment>> layers = new HashMap<>();
        for (Experiment experiment : experiments) {
            List<Experiment> same = layers.computeIfAbsent(experiment.layer().salt(), salt -> new ArrayList<>());
            for (Experiment other : same) {
                if (other.slots().overlaps(experiment.slots())) {
                    throw new IllegalArgumentException(
                            "experiments " + other.key() + ", " + experiment.key() + ": share slots of one layer");
                }
            }
            same.add(experiment);
        }
    }
}
