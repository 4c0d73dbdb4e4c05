package io.assay.analytics;

import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.Map;
import java.util.stream.Stream;

/**
 * One variant's users ({@code exposures}), how often it was shown to them, and its metrics by key. A metric without a
 * credited goal may be missing.
 */
public record VariantTotals(long exposures, long impressions, Map<String, MetricTotals> metrics) {
    public static final VariantTotals NONE = new VariantTotals(0, 0, Map.of());

    public VariantTotals {
        metrics = Map.copyOf(metrics);
    }

    public MetricTotals metric(String key) {
        return metrics.getOrDefault(key, MetricTotals.NONE);
    }

    public VariantTotals plus(VariantTotals other) {
        var sum = Stream.concat(metrics.entrySet().stream(), other.metrics.entrySet().stream())
                .collect(toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue, MetricTotals::plus));
        return new VariantTotals(exposures + other.exposures, impressions + other.impressions, sum);
    }
}
