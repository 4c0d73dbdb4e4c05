package io.assay.analytics;

import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Totals as JSON, as they travel on the topic {@code aggregates} and stand in a store. Sums are texts: they are exact. */
public final class TotalsJson {
    private TotalsJson() {}

    public static JsonObject write(ExperimentTotals totals) {
        return new JsonObject()
                .put("all", map(totals.all(), TotalsJson::variant))
                .put("clean", map(totals.clean(), TotalsJson::variant))
                .put("multiple_exposures", totals.multipleExposures())
                .put("excluded_users", totals.excludedUsers())
                .put("discarded", map(totals.discarded(), n -> n));
    }

    public static ExperimentTotals read(JsonObject json) {
        return new ExperimentTotals(
                map(json.getJsonObject("all"), (o, key) -> variant(o.getJsonObject(key))),
                map(json.getJsonObject("clean"), (o, key) -> variant(o.getJsonObject(key))),
                json.getLong("multiple_exposures"),
                json.getLong("excluded_users"),
                map(json.getJsonObject("discarded"), JsonObject::getLong));
    }

    private static JsonObject variant(VariantTotals totals) {
        return new JsonObject()
                .put("exposures", totals.exposures())
                .put("impressions", totals.impressions())
                .put("metrics", map(totals.metrics(), TotalsJson::metric));
    }

    private static VariantTotals variant(JsonObject json) {
        return new VariantTotals(
                json.getLong("exposures"),
                json.getLong("impressions"),
                map(json.getJsonObject("metrics"), (o, key) -> metric(o.getJsonObject(key))));
    }

    private static JsonObject metric(MetricTotals totals) {
        return new JsonObject()
                .put("conversions", totals.conversions())
                .put("events", totals.events())
                .put("sum_micros", totals.sumMicros().toString())
                .put("sum_of_squares", totals.sumOfSquares().toString());
    }

    private static MetricTotals metric(JsonObject json) {
        return new MetricTotals(
                json.getLong("conversions"),
                json.getLong("events"),
                new BigInteger(json.getString("sum_micros")),
                new BigInteger(json.getString("sum_of_squares")));
    }

    private static <T> JsonObject map(Map<String, T> values, Function<T, Object> write) {
        var json = new JsonObject();
        values.forEach((key, value) -> json.put(key, write.apply(value)));
        return json;
    }

    private static <T> Map<String, T> map(JsonObject json, BiFunction<JsonObject, String, T> read) {
        Map<String, T> values = new HashMap<>();
        json.fieldNames().forEach(key -> values.put(key, read.apply(json, key)));
        return values;
    }
}
