package io.assay.drill;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The fixed set of users, and the first variant that each was seen in. Whoever is seen in another one of the same experiment
 * later has moved; to enter or leave an experiment is no move, and who comes back must come back to the same variant.
 */
public final class Population {
    public static final int SIZE = 100_000;
    private static final int TOLD = 5;

    private final Map<String, Seen> experiments = new HashMap<>();
    private final List<String> examples = new ArrayList<>();
    private long moved;
    private long answers;

    private static final class Seen {
        final List<String> variants = new ArrayList<>();
        final byte[] of = new byte[SIZE]; // index in variants plus 1; 0 is not seen yet
        final BitSet again = new BitSet();
    }

    /** The id of user number {@code number}. */
    public static String id(int number) {
        return "drill-" + Math.floorMod(number, SIZE);
    }

    /** Compares an answer with what this user got before. */
    synchronized void see(int number, JsonObject assignments, Node node) {
        answers++;
        for (Map.Entry<String, Object> each : assignments) {
            Seen seen = experiments.computeIfAbsent(each.getKey(), key -> new Seen());
            String variant = String.valueOf(each.getValue());
            int index = seen.variants.indexOf(variant);
            if (index < 0) {
                index = seen.variants.size();
                seen.variants.add(variant);
            }
            int user = Math.floorMod(number, SIZE);
            byte before = seen.of[user];
            if (before == 0) {
                seen.of[user] = (byte) (index + 1);
                continue;
            }
            seen.again.set(user);
            if (before != index + 1) {
                moved++;
                if (examples.size() < TOLD) {
                    examples.add(id(user) + " in " + each.getKey() + " from " + seen.variants.get(before - 1) + " to "
                            + variant + " on " + node);
                }
            }
        }
    }

    /** Answers that showed somebody in another variant than before. */
    public synchronized long moved() {
        return moved;
    }

    public synchronized long answers() {
        return answers;
    }

    /** Pairs of a user and an experiment that were seen at least twice: only these can show a move. */
    public synchronized long compared() {
        return experiments.values().stream()
                .mapToLong(seen -> seen.again.cardinality())
                .sum();
    }

    synchronized List<String> examples() {
        return List.copyOf(examples);
    }

    /** Forgets an experiment, for a drill that makes a new one of the same key. */
    public synchronized void forget(String experiment) {
        experiments.remove(experiment);
    }
}
