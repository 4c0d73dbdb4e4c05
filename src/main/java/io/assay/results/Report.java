package io.assay.results;

import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.MetricTotals;
import io.assay.analytics.Scope;
import io.assay.analytics.ServedTotals;
import io.assay.analytics.VariantTotals;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.MeasuredVariant;
import io.assay.catalog.Metric;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** An experiment and its totals, in the shapes that are answered. Every variant is listed, zeros included. */
record Report(MeasuredExperiment experiment, ServedTotals served) {
    private static final String CSV_HEAD = "experiment_id,key,status,as_of,final,scope,variant,exposures,impressions,"
            + "metric,conversions,events,rate,sum,sum_of_squares,mean_per_user\r\n";

    /** The answer; how long ago {@code as_of} is stays open, because answers are kept. */
    JsonObject json(Scope scope) {
        JsonArray variants = new JsonArray();
        for (MeasuredVariant variant : experiment.variants()) {
            variants.add(variant(variant.key(), served.totals().variant(scope, variant.key())));
        }
        return new JsonObject()
                .put("experiment_id", experiment.id())
                .put("key", experiment.key())
                .put("status", experiment.status().text())
                .put("as_of", served.asOf() == null ? null : served.asOf().toString())
                .putNull(Answer.LAG)
                .put("final", isFinal())
                .put("scope", scope.text())
                .put("variants", variants)
                .put("quality", quality());
    }

    private JsonObject variant(String key, VariantTotals totals) {
        JsonObject metrics = new JsonObject();
        for (Metric metric : experiment.metrics()) {
            metrics.put(metric.key(), metric(metric, totals));
        }
        return new JsonObject()
                .put("key", key)
                .put("exposures", totals.exposures())
                .put("impressions", totals.impressions())
                .put("metrics", metrics);
    }

    private static JsonObject metric(Metric metric, VariantTotals variant) {
        MetricTotals totals = variant.metric(metric.key());
        JsonObject json = new JsonObject()
                .put("conversions", totals.conversions())
                .put("events", totals.events())
                .put("rate", Figures.rate(totals.conversions(), variant.exposures()));
        if (metric.kind() == Metric.Kind.SUM) {
            json.put("sum", Figures.sum(totals.sumMicros()))
                    .put("sum_of_squares", Figures.sumOfSquares(totals.sumOfSquares()))
                    .put("mean_per_user", Figures.meanPerUser(totals.sumMicros(), variant.exposures()));
        }
        return json;
    }

    private JsonObject quality() {
        ExperimentTotals totals = served.totals();
        JsonObject discarded = new JsonObject();
        new TreeMap<>(totals.discarded()).forEach(discarded::put);
        JsonObject expected = new JsonObject();
        for (MeasuredVariant variant : experiment.variants()) {
            if (!variant.dropped()) {
                expected.put(variant.key(), Figures.percent(variant.allocationPercent()));
            }
        }
        return new JsonObject()
                .put("multiple_exposures", totals.multipleExposures())
                .put("excluded_users", totals.excludedUsers())
                .put("discarded", discarded)
                .put("sample_ratio", new JsonObject().put("expected", expected));
    }

    private boolean isFinal() {
        long longest = experiment.metrics().stream()
                .mapToLong(m -> m.windowMillis() == null ? 0 : m.windowMillis())
                .max()
                .orElse(0);
        return served.isFinal(experiment.endMillis(), longest);
    }

    /** The same as a tidy table: one row per variant and metric. */
    String csv(Scope scope) {
        StringBuilder out = new StringBuilder(CSV_HEAD);
        for (MeasuredVariant variant : experiment.variants()) {
            VariantTotals totals = served.totals().variant(scope, variant.key());
            List<Object> begin = new ArrayList<>(List.of(
                    experiment.id(),
                    experiment.key(),
                    experiment.status().text(),
                    served.asOf() == null ? "" : served.asOf(),
                    isFinal(),
                    scope.text(),
                    variant.key(),
                    totals.exposures(),
                    totals.impressions()));
            if (experiment.metrics().isEmpty()) {
                row(out, begin, List.of("", "", "", "", "", "", ""));
            }
            for (Metric metric : experiment.metrics()) {
                JsonObject figures = metric(metric, totals);
                row(out, begin, columns(metric.key(), figures));
            }
        }
        return out.toString();
    }

    private static List<Object> columns(String metric, JsonObject figures) {
        List<Object> columns = new ArrayList<>(List.of(metric));
        for (String name : List.of("conversions", "events", "rate", "sum", "sum_of_squares", "mean_per_user")) {
            columns.add(figures.getValue(name, ""));
        }
        return columns;
    }

    private static void row(StringBuilder out, List<Object> begin, List<Object> end) {
        List<Object> cells = new ArrayList<>(begin);
        cells.addAll(end);
        out.append(cells.stream().map(Report::cell).collect(Collectors.joining(",")))
                .append("\r\n");
    }

    private static String cell(Object value) {
        String text = value instanceof java.math.BigDecimal number ? number.toPlainString() : value.toString();
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
