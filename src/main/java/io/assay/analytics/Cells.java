package io.assay.analytics;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Totals as one number per name, such as {@code all/control/exposures} or {@code clean/blue/revenue_30d/sum_micros}, to be held
 * against others. Zeros are left out: some count what came and went, some never saw it.
 */
public final class Cells {
    private final Map<String, BigInteger> numbers = new TreeMap<>();

    /** A number that two do not agree on. */
    public record Difference(String cell, BigInteger expected, BigInteger found) {}

    /** The results in these totals, and how many users are left out; records that were discarded are no result. */
    public static Cells of(ExperimentTotals totals) {
        var cells = new Cells();
        for (var scope : Scope.values()) {
            var variants = scope == Scope.ALL ? totals.all() : totals.clean();
            variants.forEach((key, variant) -> cells.add(scope.text() + "/" + key, variant));
        }
        cells.add("multiple_exposures", BigInteger.valueOf(totals.multipleExposures()));
        cells.add("excluded_users", BigInteger.valueOf(totals.excludedUsers()));
        return cells;
    }

    private void add(String path, VariantTotals variant) {
        addUsers(path, variant.exposures(), variant.impressions());
        variant.metrics().forEach((key, metric) -> addMetric(path + "/" + key, metric));
    }

    /** Adds users to those of that scope and variant, {@code all/control}. */
    public void addUsers(String path, long exposures, long impressions) {
        add(path + "/exposures", BigInteger.valueOf(exposures));
        add(path + "/impressions", BigInteger.valueOf(impressions));
    }

    /** Adds to that scope, variant and metric, {@code all/control/revenue_30d}. */
    public void addMetric(String path, MetricTotals metric) {
        add(path + "/conversions", BigInteger.valueOf(metric.conversions()));
        add(path + "/events", BigInteger.valueOf(metric.events()));
        add(path + "/sum_micros", metric.sumMicros());
        add(path + "/sum_of_squares", metric.sumOfSquares());
    }

    private void add(String name, BigInteger number) {
        var sum = numbers.getOrDefault(name, BigInteger.ZERO).add(number);
        if (sum.signum() == 0) {
            numbers.remove(name);
        } else {
            numbers.put(name, sum);
        }
    }

    /** Leaves out the cells of that name. */
    public Cells without(String name) {
        numbers.remove(name);
        return this;
    }

    public int size() {
        return numbers.size();
    }

    /** Where these are not what is expected, by name. */
    public List<Difference> differences(Cells expected) {
        var names = new TreeSet<>(numbers.keySet());
        names.addAll(expected.numbers.keySet());
        List<Difference> differences = new ArrayList<>();
        for (var name : names) {
            var wanted = expected.numbers.getOrDefault(name, BigInteger.ZERO);
            var found = numbers.getOrDefault(name, BigInteger.ZERO);
            if (!wanted.equals(found)) {
                differences.add(new Difference(name, wanted, found));
            }
        }
        return differences;
    }
}
