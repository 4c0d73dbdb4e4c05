package io.assay.analytics;

import java.time.Instant;
import java.util.Collection;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * An experiment's totals over all partitions, and up to when the log is in them.
 *
 * @param asOf everything received until then is counted; null as long as a partition has not reported
 * @param horizon nothing that happened before it can still change; null as long as {@code asOf} is
 */
public record ServedTotals(ExperimentTotals totals, @Nullable Instant asOf, @Nullable Instant horizon) {
    private static final long DAY_MILLIS = 86_400_000;

    /** What the newest rows and watermarks of all partitions amount to. */
    static ServedTotals of(Collection<Batch.AggregateRow> rows, Collection<Batch.Watermark> watermarks) {
        var totals =
                rows.stream().map(Batch.AggregateRow::totals).reduce(ExperimentTotals.NONE, ExperimentTotals::plus);
        int partitions =
                watermarks.stream().mapToInt(Batch.Watermark::partitions).max().orElse(Integer.MAX_VALUE);
        if (watermarks.size() < partitions) {
            return new ServedTotals(totals, null, null);
        }
        return new ServedTotals(
                totals,
                earliest(watermarks.stream().mapToLong(Batch.Watermark::received)),
                earliest(watermarks.stream().mapToLong(Batch.Watermark::horizon)));
    }

    private static Instant earliest(LongStream times) {
        return Instant.ofEpochMilli(times.min().orElseThrow());
    }

    /** True once these totals can never change again: the horizon has passed the UTC midnight after end plus longest window. */
    public boolean isFinal(long endMillis, long longestWindowMillis) {
        long cut = endMillis + longestWindowMillis;
        boolean open = cut < 0 || endMillis > Long.MAX_VALUE - 2 * DAY_MILLIS;
        return horizon != null && !open && horizon.toEpochMilli() >= -Math.floorDiv(-cut, DAY_MILLIS) * DAY_MILLIS;
    }
}
