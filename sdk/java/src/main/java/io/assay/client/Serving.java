package io.assay.client;

import io.assay.engine.Assigner;
import io.assay.engine.Experiment;
import io.assay.engine.Snapshot;
import io.assay.engine.Variant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is served at one moment: a compiled snapshot with the killed experiments taken out. Immutable. Keys are interned, so that an
 * application that looks for a literal finds the very same string.
 */
final class Serving {
    static final Serving NONE = new Serving(new Assigner(Snapshot.EMPTY), Collections.emptySet(), null);

    /** What {@link Evaluation} has room for; servers allow 20. */
    private static final int MAX_VARIANTS = 100;

    final Assigner assigner;
    final Set<String> killed;
    private final Map<String, Integer> places;
    private final Assignment[][] assignments;
    private final long[] hashes;
    private final int[][] tags;
    private final Set<String> overriddenUsers;

    private Serving(Assigner assigner, Set<String> killed, @Nullable Serving same) {
        this.assigner = assigner.killing(killed);
        this.killed = killed;
        if (same != null) {
            places = same.places;
            assignments = same.assignments;
            hashes = same.hashes;
            tags = same.tags;
            overriddenUsers = same.overriddenUsers;
            return;
        }
        List<Experiment> experiments = assigner.snapshot().experiments();
        places = new HashMap<>(2 * experiments.size());
        assignments = new Assignment[experiments.size()][];
        hashes = new long[experiments.size()];
        tags = new int[experiments.size()][];
        overriddenUsers = new HashSet<>();
        for (int e = 0; e < assignments.length; e++) {
            Experiment experiment = experiments.get(e);
            places.put(experiment.key().intern(), e);
            overriddenUsers.addAll(experiment.overrides().keySet());
            hashes[e] = Hash64.of(experiment.key());
            if (experiment.variants().size() > MAX_VARIANTS) {
                throw new IllegalArgumentException(
                        "experiment " + experiment.key() + ": more than " + MAX_VARIANTS + " variants");
            }
            assignments[e] = new Assignment[experiment.variants().size()];
            tags[e] = new int[assignments[e].length];
            for (int v = 0; v < assignments[e].length; v++) {
                Variant variant = experiment.variants().get(v);
                assignments[e][v] = Assignment.in(
                        experiment.key().intern(), variant.key().intern(), variant.config(), AssignmentReason.SPLIT);
                tags[e][v] = ExposureCache.tag(variant.key());
            }
        }
    }

    static Serving of(Snapshot snapshot, Set<String> killed) {
        return new Serving(new Assigner(snapshot), killed, null);
    }

    /** The same snapshot with other experiments killed. */
    Serving killing(Set<String> keys) {
        return new Serving(assigner, Collections.unmodifiableSet(new HashSet<>(keys)), this);
    }

    int size() {
        return assignments.length;
    }

    long version() {
        return assigner.snapshot().version();
    }

    /** The place of an experiment in the snapshot, or null. */
    @Nullable
    Integer place(@Nullable String experiment) {
        return places.get(experiment);
    }

    Experiment experiment(int place) {
        return assigner.snapshot().experiments().get(place);
    }

    Assignment assignment(int place, int variant) {
        return assignments[place][variant];
    }

    long hash(int place) {
        return hashes[place];
    }

    int tag(int place, int variant) {
        return tags[place][variant];
    }

    /** Says whether an override of the snapshot names the user in any experiment. */
    boolean hasOverrides(String user) {
        return overriddenUsers.contains(user);
    }

    /** Says whether it is an override of the snapshot that gives the user this experiment. */
    boolean isOverridden(int place, String user) {
        Experiment experiment = experiment(place);
        String variant = experiment.overrides().get(user);
        return variant != null
                && !experiment.variants().get(experiment.indexOf(variant)).dropped();
    }

    /** The config of control, for users who are not in an experiment. */
    String controlConfig(int place) {
        Experiment experiment = experiment(place);
        return experiment.variants().get(experiment.indexOf(Variant.CONTROL)).config();
    }

    /** The keys of the experiments that are not the same in another. */
    Set<String> differences(Serving other) {
        Set<String> keys = new HashSet<>();
        addChanged(other, keys);
        other.addChanged(this, keys);
        boolean held = Objects.equals(
                assigner.snapshot().holdout(), other.assigner.snapshot().holdout());
        if (!held) {
            keys.addAll(places.keySet());
            keys.addAll(other.places.keySet());
        }
        return Collections.unmodifiableSet(keys);
    }

    private void addChanged(Serving other, Set<String> keys) {
        places.forEach((key, place) -> {
            Integer there = other.places.get(key);
            if (there == null
                    || !experiment(place).equals(other.experiment(there))
                    || killed.contains(key) != other.killed.contains(key)) {
                keys.add(key);
            }
        });
    }
}
