package io.assay.analytics;

import java.math.BigInteger;

/**
 * What was credited to one variant by one metric: all integers, so that any order of adding gives the same.
 *
 * @param conversions users with at least one credited goal
 * @param events credited goals
 * @param sumMicros the sum of their values in millionths
 * @param sumOfSquares over users, the square of the user's own sum, in millionths squared
 */
public record MetricTotals(long conversions, long events, BigInteger sumMicros, BigInteger sumOfSquares) {
    public static final MetricTotals NONE = new MetricTotals(0, 0, BigInteger.ZERO, BigInteger.ZERO);

    public MetricTotals plus(MetricTotals other) {
        return new MetricTotals(
                conversions + other.conversions,
                events + other.events,
                sumMicros.add(other.sumMicros),
                sumOfSquares.add(other.sumOfSquares));
    }
}
