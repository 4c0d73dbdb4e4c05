package io.assay.analytics;

import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.Map;
import java.util.stream.Stream;

/**
 * The absolute totals of one experiment, of one partition or of all of them.
 *
 * @param all per variant key, with a user seen in two variants counted in both; variants nobody was seen in may be missing
 * @param clean the same without such users
 * @param multipleExposures how many such users there are
 * @param excludedUsers users left out because of a day with too many records
 * @param discarded records that name this experiment and did not count, by reason
 */
public record ExperimentTotals(
        Map<String, VariantTotals> all,
        Map<String, VariantTotals> clean,
        long multipleExposures,
        long excludedUsers,
        Map<String, Long> discarded) {
    public static final ExperimentTotals NONE = new ExperimentTotals(Map.of(), Map.of(), 0, 0, Map.of());

    public ExperimentTotals {
        all = Map.copyOf(all);
        clean = Map.copyOf(clean);
        discarded = Map.copyOf(discarded);
    }

    public VariantTotals variant(Scope scope, String key) {
        return (scope == Scope.ALL ? all : clean).getOrDefault(key, VariantTotals.NONE);
    }

    public ExperimentTotals plus(ExperimentTotals other) {
        return new ExperimentTotals(
                join(all, other.all),
                join(clean, other.clean),
                multipleExposures + other.multipleExposures,
                excludedUsers + other.excludedUsers,
                Stream.concat(discarded.entrySet().stream(), other.discarded.entrySet().stream())
                        .collect(toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue, Long::sum)));
    }

    private static Map<String, VariantTotals> join(Map<String, VariantTotals> a, Map<String, VariantTotals> b) {
        return Stream.concat(a.entrySet().stream(), b.entrySet().stream())
                .collect(toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue, VariantTotals::plus));
    }
}
