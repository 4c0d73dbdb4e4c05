package io.assay.analytics;

import io.assay.analytics.Batch.AggregateRow;
import io.assay.analytics.Batch.Progress;
import io.assay.analytics.Batch.Watermark;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one generation says of one experiment in one partition, and of which part of the log it is true.
 *
 * <p>A row is true of the log below its own offsets, and as nothing is sent that does not change, also of the log below the
 * offsets of a watermark that was read before the row was.
 *
 * @param at what lies below these offsets is in the totals, and nothing else
 * @param horizon nothing that happened before it can still change
 */
public record Standing(int partition, Progress at, ExperimentTotals totals, long horizon) {
    /** One for each partition. The watermarks have to be read before the rows. */
    public static List<Standing> of(List<Watermark> watermarks, List<AggregateRow> rows) {
        Map<Integer, Standing> standings = new TreeMap<>();
        for (var watermark : watermarks) {
            standings.put(
                    watermark.partition(),
                    new Standing(
                            watermark.partition(), watermark.progress(), ExperimentTotals.NONE, watermark.horizon()));
        }
        for (var row : rows) {
            var mark = standings.get(row.partition());
            if (mark == null) {
                mark = new Standing(row.partition(), row.progress(), ExperimentTotals.NONE, Long.MIN_VALUE);
            }
            var at = isAfter(row.progress(), mark.at) ? row.progress() : mark.at;
            standings.put(row.partition(), new Standing(row.partition(), at, row.totals(), mark.horizon));
        }
        return new ArrayList<>(standings.values());
    }

    /** Whether both are of the same part of the log; never if one of them does not say of which. */
    public boolean isWhere(Standing other) {
        return isKnown()
                && at.exposures() == other.at.exposures()
                && at.events() == other.at.events()
                && partition == other.partition;
    }

    /** Whether it says of which part of the log it is: what was written before that was noted does not. */
    public boolean isKnown() {
        return at.exposures() >= 0 && at.events() >= 0;
    }

    /** Offsets of one partition only ever grow, so their sum tells which came later. */
    private static boolean isAfter(Progress a, Progress b) {
        return a.exposures() + a.events() > b.exposures() + b.events();
    }
}
