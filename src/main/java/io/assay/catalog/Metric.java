package io.assay.catalog;

import org.jspecify.annotations.Nullable;

/**
 * What is measured: conversions on an event, or the sum of its values.
 *
 * @param windowMillis how long after the exposure a goal counts; null: up to the end of the experiment
 */
public record Metric(String key, String event, Kind kind, @Nullable Long windowMillis) {
    /** What of an event counts. */
    public enum Kind {
        CONVERSION,
        SUM
    }
}
