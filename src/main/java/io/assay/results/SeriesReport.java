package io.assay.results;

import io.assay.analytics.DayTotals;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.ServedTotals;
import io.assay.catalog.MeasuredExperiment;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An experiment's totals as they stood at each UTC midnight, then now.
 *
 * @param days the totals at the end of each day on which they changed
 */
record SeriesReport(MeasuredExperiment experiment, ServedTotals served, List<DayTotals> days) implements Report {
    /* A midnight is listed once the log is counted up to it in all partitions, and then never changes. What is final stands
    still: the midnights after its last change tell nothing. */

    /** Totals and when they stood so; null is now, as long as it is not known what that is. */
    record Point(@Nullable Instant at, ExperimentTotals totals) {}

    SeriesReport {
        days = List.copyOf(days);
    }

    @Override
    public List<Form> forms() {
        return Form.PLAIN;
    }

    @Override
    public @Nullable Instant asOf() {
        return served.asOf();
    }

    List<Point> points() {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < days.size(); i++) {
            long from = days.get(i).day() + 1L;
            long next = i + 1 < days.size() ? days.get(i + 1).day() : lastMidnight();
            for (long midnight = from; midnight <= Math.min(next, today()); midnight++) {
                points.add(new Point(
                        Instant.EPOCH.plus(Duration.ofDays(midnight)),
                        days.get(i).totals()));
            }
        }
        points.add(new Point(served.asOf(), served.totals()));
        return points;
    }

    /** The last one that tells something, by its day: that day has only begun. */
    private long lastMidnight() {
        return Heads.isFinal(experiment, served) ? days.get(days.size() - 1).day() + 1L : today();
    }

    private long today() {
        Instant asOf = served.asOf();
        return asOf == null
                ? Long.MIN_VALUE
                : Math.floorDiv(asOf.toEpochMilli(), Duration.ofDays(1).toMillis());
    }

    @Override
    public JsonObject json(Form form) {
        JsonArray series = new JsonArray();
        for (Point point : points()) {
            series.add(new JsonObject()
                    .put("at", point.at() == null ? null : point.at().toString())
                    .put("variants", new VariantTable(experiment, point.totals(), form).json()));
        }
        return Heads.json(experiment, served, form).put("series", series);
    }

    /** One row per time, variant and metric. */
    @Override
    public String csv(Form form) {
        List<String> names = new ArrayList<>(Heads.names("at"));
        names.addAll(VariantTable.names(form));
        Csv csv = new Csv(names);
        for (Point point : points()) {
            List<Object> begin = Heads.cells(experiment, served, form, Csv.orEmpty(point.at()));
            new VariantTable(experiment, point.totals(), form).rows().forEach(row -> csv.row(begin, row));
        }
        return csv.toString();
    }
}
