package io.assay.assignment;

import io.assay.engine.Experiment;
import io.assay.engine.Variant;
import io.assay.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The variants of a snapshot as flags: for each the beginning of a JSON object with key, value and variant, which a
 * reason ends.
 *
 * <p>All variants of an experiment have values of one type, also when one of them is dropped: their configs, or their keys if
 * none has a config.
 */
final class OfrepFlags {
    private final byte[][][] beginnings;
    private final int[] controls;

    OfrepFlags(List<Experiment> experiments) {
        beginnings = new byte[experiments.size()][][];
        controls = new int[experiments.size()];
        for (int e = 0; e < controls.length; e++) {
            Experiment experiment = experiments.get(e);
            beginnings[e] = beginnings(experiment);
            controls[e] = experiment.indexOf(Variant.CONTROL);
        }
    }

    private static byte[][] beginnings(Experiment experiment) {
        List<Variant> variants = experiment.variants();
        boolean configured = variants.stream().anyMatch(v -> !v.config().equals(Variant.NO_CONFIG));
        byte[][] all = new byte[variants.size()][];
        for (int v = 0; v < all.length; v++) {
            Variant variant = variants.get(v);
            String name = Json.write(variant.key());
            String text = "{\"key\":" + Json.write(experiment.key()) + ",\"value\":"
                    + (configured ? variant.config() : name) + ",\"variant\":" + name;
            all[v] = text.getBytes(StandardCharsets.UTF_8);
        }
        return all;
    }

    int size() {
        return controls.length;
    }

    byte[] beginning(int experiment, int variant) {
        return beginnings[experiment][variant];
    }

    /** The place of control among the variants of an experiment. */
    int control(int experiment) {
        return controls[experiment];
    }
}
