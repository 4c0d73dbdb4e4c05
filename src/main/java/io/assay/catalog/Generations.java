package io.assay.catalog;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The generations of the counts: each is one reading of the whole log, with totals of its own.
 *
 * @param first the one that an installation begins with, by its configuration
 * @param served the one that results show
 * @param building the one that is built beside it; null if none is
 * @param last the highest number that was ever given out
 * @param buildingSince when the building one was begun; null if none is
 */
public record Generations(
        int first, int served, @Nullable Integer building, int last, @Nullable Instant buildingSince) {
    /** Nothing was ever built anew. */
    public static Generations only(int first) {
        return new Generations(first, first, null, first, null);
    }

    /** Those that are counted at the moment. */
    public List<Integer> counted() {
        return building == null ? List.of(served) : List.of(served, building);
    }

    /** Those that were replaced or given up: nobody will ever ask for their counts again. */
    public List<Integer> retired() {
        return IntStream.rangeClosed(first, last)
                .boxed()
                .filter(generation -> !counted().contains(generation))
                .toList();
    }
}
