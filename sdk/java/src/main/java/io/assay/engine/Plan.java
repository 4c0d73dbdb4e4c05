package io.assay.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the experiments of a snapshot are looked at: those of a layer with several in it by {@link SharedLayer}, one look for
 * all of them; the others by {@link Split}, all at once. A layer that one experiment holds whole is not looked at.
 *
 * @param salts what is hashed for every user: layers and holdout, then the own salts of those that are placed at once
 * @param holdoutSalt the place of the holdout among them, or -1
 * @param layerSalts the place of the layer among them for each that is placed at once
 */
@SuppressWarnings("ArrayRecordComponent") // never compared by equals
record Plan(SaltStates salts, int holdoutSalt, SharedLayer[] shared, int[] atOnce, int[] layerSalts, int firstSalt) {
    /** From so many experiments in a layer on, one look at it costs less than a lane for each of them. */
    private static final int SHARED_FROM = 4;

    static Plan of(Snapshot snapshot, CompiledExperiment[] compiled, int[] states) {
        List<Experiment> experiments = snapshot.experiments();
        Numbering<String> hashed = new Numbering<>();
        Holdout holdout = snapshot.holdout();
        int holdoutSalt = holdout == null ? -1 : hashed.of(holdout.salt());
        List<SharedLayer> shared = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        for (List<Integer> members : byLayer(compiled).values()) {
            if (members.size() < SHARED_FROM) {
                others.addAll(members);
            } else {
                String salt = experiments.get(members.get(0)).layer().salt();
                shared.add(SharedLayer.of(hashed.of(salt), members, compiled, states));
            }
        }
        int[] atOnce = others.stream().mapToInt(e -> e).sorted().toArray();
        int[] layerSalts = new int[atOnce.length];
        for (int m = 0; m < atOnce.length; m++) {
            boolean whole = compiled[atOnce[m]].isWhole();
            layerSalts[m] =
                    whole ? 0 : hashed.of(experiments.get(atOnce[m]).layer().salt());
        }
        List<String> all = hashed.all();
        int firstSalt = all.size();
        for (int e : atOnce) {
            all.add(experiments.get(e).salt());
        }
        return new Plan(
                new SaltStates(all), holdoutSalt, shared.toArray(new SharedLayer[0]), atOnce, layerSalts, firstSalt);
    }

    private static Map<Integer, List<Integer>> byLayer(CompiledExperiment[] compiled) {
        Map<Integer, List<Integer>> layers = new TreeMap<>();
        for (int e = 0; e < compiled.length; e++) {
            layers.computeIfAbsent(compiled[e].layer, layer -> new ArrayList<>())
                    .add(e);
        }
        return layers;
    }
}
