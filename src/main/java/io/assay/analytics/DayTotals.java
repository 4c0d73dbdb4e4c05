package io.assay.analytics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An experiment's totals over all partitions as they stood at the end of a UTC day of the log, or as they stand if that day
 * is not over.
 *
 * @param day counted from 1970-01-01
 */
public record DayTotals(int day, ExperimentTotals totals) {
    private static final Comparator<Batch.AggregateRow> BY_AGE =
            Comparator.comparing(Batch.AggregateRow::at, Position.BY_AGE);

    /** The days of these rows of one experiment: on each, the sum of every partition's newest row up to that day. */
    static List<DayTotals> of(Collection<Batch.AggregateRow> rows) {
        Map<Integer, List<Batch.AggregateRow>> byDay = new TreeMap<>();
        for (var row : rows) {
            byDay.computeIfAbsent(row.progress().day(), day -> new ArrayList<>())
                    .add(row);
        }
        Map<Integer, Batch.AggregateRow> newest = new HashMap<>();
        List<DayTotals> days = new ArrayList<>();
        byDay.forEach((day, ofDay) -> {
            for (var row : ofDay) {
                newest.merge(row.partition(), row, (old, next) -> BY_AGE.compare(next, old) > 0 ? next : old);
            }
            if (day >= 0) {
                days.add(new DayTotals(
                        day,
                        newest.values().stream()
                                .map(Batch.AggregateRow::totals)
                                .reduce(ExperimentTotals.NONE, ExperimentTotals::plus)));
            }
        });
        return days;
    }
}
