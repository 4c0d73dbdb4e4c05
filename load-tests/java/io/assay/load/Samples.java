package io.assay.load;

import io.assay.engine.Experiment;
import io.assay.engine.Layer;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Targeting;
import io.assay.engine.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Snapshots to measure with. */
public final class Samples {
    private Samples() {}

    /** Experiments of two variants that share so many layers evenly: a user is in one experiment of each layer. */
    public static Snapshot evenly(int experiments, int layers) {
        return evenly(experiments, layers, null);
    }

    /** The same, each for the users of a targeting. */
    public static Snapshot evenly(int experiments, int layers, @Nullable Targeting targeting) {
        Random random = new Random(1);
        List<Layer> all = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            all.add(new Layer(layers == experiments ? null : "layer_" + i, salt(random)));
        }
        int width = Slots.COUNT / (experiments / layers);
        List<Experiment> made = new ArrayList<>();
        for (int i = 0; i < experiments; i++) {
            int from = i / layers * width;
            made.add(new Experiment(
                    "%012d".formatted(i),
                    "experiment_%03d".formatted(i),
                    salt(random),
                    all.get(i % layers),
                    Slots.of(new int[] {from, from + width}),
                    List.of(Variant.of("control", 5000), Variant.of("treatment_a", 5000)),
                    targeting,
                    Map.of()));
        }
        return new Snapshot(1, null, made);
    }

    /**
     * Experiments as people make them: two to four variants, most with a configuration, a third with targeting, half of them in
     * shared layers, some with users put into a variant to try it out.
     */
    public static Snapshot realistic(int experiments) {
        return new RealisticSnapshot(experiments).build();
    }

    static String salt(Random random) {
        return "%08x".formatted(random.nextInt());
    }
}
