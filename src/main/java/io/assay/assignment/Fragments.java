package io.assay.assignment;

import io.assay.engine.Experiment;
import io.assay.engine.Snapshot;
import io.assay.engine.Variant;
import io.assay.protocol.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pieces of all answers that a snapshot can give: {@code "key":"variant"} and {@code "key":{config}}. */
final class Fragments {
    private final Pieces assignments;
    private final Pieces configs;
    private final OfrepFlags flags;
    private final Map<String, Integer> places = new HashMap<>();

    Fragments(Snapshot snapshot) {
        List<Experiment> experiments = snapshot.experiments();
        Pieces.Builder names = new Pieces.Builder();
        Pieces.Builder values = new Pieces.Builder();
        for (int e = 0; e < experiments.size(); e++) {
            Experiment experiment = experiments.get(e);
            String name = Json.write(experiment.key()) + ':';
            for (Variant variant : experiment.variants()) {
                names.add(name + Json.write(variant.key()) + ',');
                values.add(name + variant.config() + ',');
            }
            names.endGroup();
            values.endGroup();
            places.put(experiment.key(), e);
        }
        assignments = names.build();
        configs = values.build();
        flags = new OfrepFlags(experiments);
    }

    /** A piece for each variant of each experiment, with a comma behind it. */
    Pieces assignments() {
        return assignments;
    }

    Pieces configs() {
        return configs;
    }

    /** The same variants as flags. */
    OfrepFlags flags() {
        return flags;
    }

    int size() {
        return assignments.groups();
    }

    /** The place of an experiment in the snapshot, or -1. */
    int place(String key) {
        return places.getOrDefault(key, -1);
    }
}
