package io.assay.results;

import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.MetricTotals;
import io.assay.analytics.VariantTotals;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.MeasuredVariant;
import io.assay.catalog.Metric;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The figures of every variant of an experiment, zeros included. */
record VariantTable(MeasuredExperiment experiment, ExperimentTotals totals, Form form) {
    private static final List<String> FIGURES =
            List.of("conversions", "events", "rate", "sum", "sum_of_squares", "mean_per_user");
    private static final String INTERVAL = "rate_interval";

    JsonArray json() {
        JsonArray variants = new JsonArray();
        for (MeasuredVariant variant : experiment.variants()) {
            VariantTotals own = totals.variant(form.scope(), variant.key());
            JsonObject metrics = new JsonObject();
            for (Metric metric : experiment.metrics()) {
                metrics.put(metric.key(), figures(metric, own));
            }
            variants.add(new JsonObject()
                    .put("key", variant.key())
                    .put("exposures", own.exposures())
                    .put("impressions", own.impressions())
                    .put("metrics", metrics));
        }
        return variants;
    }

    private JsonObject figures(Metric metric, VariantTotals variant) {
        MetricTotals own = variant.metric(metric.key());
        JsonObject json = new JsonObject()
                .put("conversions", own.conversions())
                .put("events", own.events())
                .put("rate", Figures.rate(own.conversions(), variant.exposures()));
        if (form.diagnostics()) {
            Wilson interval = Wilson.of(own.conversions(), variant.exposures());
            json.put(
                    INTERVAL, new JsonArray().add(Figures.ratio(interval.low())).add(Figures.ratio(interval.high())));
        }
        if (metric.kind() == Metric.Kind.SUM) {
            json.put("sum", Figures.sum(own.sumMicros()))
                    .put("sum_of_squares", Figures.sumOfSquares(own.sumOfSquares()))
                    .put("mean_per_user", Figures.meanPerUser(own.sumMicros(), variant.exposures()));
        }
        return json;
    }

    /** The names of the columns of {@link #rows}. */
    static List<String> names(Form form) {
        List<String> names = new ArrayList<>(List.of("variant", "exposures", "impressions", "metric"));
        names.addAll(FIGURES);
        if (form.diagnostics()) {
            names.addAll(List.of("rate_low", "rate_high"));
        }
        return names;
    }

    /** One row per variant and metric; without metrics one per variant. */
    List<List<Object>> rows() {
        List<List<Object>> rows = new ArrayList<>();
        for (MeasuredVariant variant : experiment.variants()) {
            VariantTotals own = totals.variant(form.scope(), variant.key());
            List<Object> begin = List.of(variant.key(), own.exposures(), own.impressions());
            if (experiment.metrics().isEmpty()) {
                rows.add(row(begin, Collections.nCopies(names(form).size() - begin.size(), "")));
            }
            for (Metric metric : experiment.metrics()) {
                rows.add(row(begin, cells(metric.key(), figures(metric, own))));
            }
        }
        return rows;
    }

    private List<Object> cells(String metric, JsonObject figures) {
        List<Object> cells = new ArrayList<>(List.of(metric));
        FIGURES.forEach(name -> cells.add(figures.getValue(name, "")));
        if (form.diagnostics()) {
            figures.getJsonArray(INTERVAL).forEach(cells::add);
        }
        return cells;
    }

    private static List<Object> row(List<Object> begin, List<? extends Object> end) {
        List<Object> row = new ArrayList<>(begin);
        row.addAll(end);
        return row;
    }
}
