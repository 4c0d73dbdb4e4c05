package io.assay.assignment;

import io.assay.engine.Experiment;
import io.assay.engine.Snapshot;
import io.assay.engine.Variant;
import io.assay.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pieces of all answers that a snapshot can give, as UTF-8: {@code "key":"variant"} and {@code "key":{config}}. */
final class Fragments {
    private final byte[][][] assignments;
    private final byte[][][] configs;
    private final Map<String, Integer> places = new HashMap<>();

    Fragments(Snapshot snapshot) {
        List<Experiment> experiments = snapshot.experiments();
        assignments = new byte[experiments.size()][][];
        configs = new byte[experiments.size()][][];
        for (int e = 0; e < assignments.length; e++) {
            Experiment experiment = experiments.get(e);
            String name = Json.write(experiment.key()) + ':';
            List<Variant> variants = experiment.variants();
            assignments[e] = new byte[variants.size()][];
            configs[e] = new byte[variants.size()][];
            for (int v = 0; v < variants.size(); v++) {
                assignments[e][v] = bytes(name + Json.write(variants.get(v).key()));
                configs[e][v] = bytes(name + variants.get(v).config());
            }
            places.put(experiment.key(), e);
        }
    }

    byte[] assignment(int experiment, int variant) {
        return assignments[experiment][variant];
    }

    byte[] config(int experiment, int variant) {
        return configs[experiment][variant];
    }

    int size() {
        return assignments.length;
    }

    /** The place of an experiment in the snapshot, or -1. */
    int place(String key) {
        return places.getOrDefault(key, -1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
