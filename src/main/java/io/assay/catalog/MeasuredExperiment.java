package io.assay.catalog;

import java.util.List;

/**
 * The frozen definition by which a launched experiment is measured.
 *
 * @param startMillis start of the analysis window, inclusive
 * @param endMillis its end, exclusive; {@link Long#MAX_VALUE} while it is open
 */
public record MeasuredExperiment(
        String id,
        String key,
        Status status,
        List<MeasuredVariant> variants,
        List<Metric> metrics,
        long startMillis,
        long endMillis) {
    public MeasuredExperiment {
        variants = List.copyOf(variants);
        metrics = List.copyOf(metrics);
    }

    /** The longest window of its metrics; 0 without any. */
    public long longestWindowMillis() {
        return metrics.stream()
                .mapToLong(m -> m.windowMillis() == null ? 0 : m.windowMillis())
                .max()
                .orElse(0);
    }
}
