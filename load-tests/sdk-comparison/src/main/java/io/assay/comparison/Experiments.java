package io.assay.comparison;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The experiments that are measured: two variants of equal size each, everybody in, no targeting, each in a layer of its own. */
final class Experiments {
    static final String CONTROL = "control";
    static final String TREATMENT = "treatment_a";

    private Experiments() {}

    static List<String> keys(int count) {
        return IntStream.range(0, count).mapToObj("experiment_%03d"::formatted).toList();
    }

    /** A piece of JSON for each key, joined by commas. */
    static String json(List<String> keys, Function<String, String> piece) {
        return keys.stream().map(piece).collect(Collectors.joining(","));
    }
}
