package io.assay.results;

import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.ServedTotals;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.MeasuredVariant;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An experiment and its totals. Every variant is listed, zeros included.
 *
 * @param ratio absent as long as the users have not been counted
 */
record TotalsReport(MeasuredExperiment experiment, ServedTotals served, Optional<SampleRatio> ratio) implements Report {
    @Override
    public List<Form> forms() {
        return Form.ALL;
    }

    @Override
    public @Nullable Instant asOf() {
        return served.asOf();
    }

    @Override
    public JsonObject json(Form form) {
        return Heads.json(experiment, served, form)
                .put("variants", new VariantTable(experiment, served.totals(), form).json())
                .put("quality", quality(form));
    }

    private JsonObject quality(Form form) {
        ExperimentTotals totals = served.totals();
        JsonObject discarded = new JsonObject();
        new TreeMap<>(totals.discarded()).forEach(discarded::put);
        return new JsonObject()
                .put("multiple_exposures", totals.multipleExposures())
                .put("excluded_users", totals.excludedUsers())
                .put("discarded", discarded)
                .put("sample_ratio", sampleRatio(form));
    }

    private JsonObject sampleRatio(Form form) {
        JsonObject expected = new JsonObject();
        for (MeasuredVariant variant : experiment.variants()) {
            if (!variant.dropped()) {
                expected.put(variant.key(), Figures.percent(variant.allocationPercent()));
            }
        }
        JsonObject json = new JsonObject().put("expected", expected).put("p_value", Figures.pValue(fit()));
        if (form.diagnostics() && ratio.isPresent()) {
            JsonArray periods = new JsonArray();
            ratio.get().periods().forEach(counted -> periods.add(period(counted)));
            json.put("chi_square", Figures.statistic(fit().statistic()))
                    .put("degrees_of_freedom", fit().degrees())
                    .put("periods", periods);
        }
        return json;
    }

    private ChiSquare fit() {
        return ratio.map(SampleRatio::fit).orElse(ChiSquare.NONE);
    }

    private static JsonObject period(SampleRatio.Counted counted) {
        JsonObject variants = new JsonObject();
        for (MeasuredVariant arm : counted.period().arms()) {
            variants.put(
                    arm.key(),
                    new JsonObject()
                            .put("first_exposures", counted.users(arm.key()))
                            .put("expected", Figures.statistic(counted.expected(arm))));
        }
        return new JsonObject()
                .put("from", time(counted.period().from()))
                .put("to", time(counted.period().to()))
                .put("variants", variants)
                .put("p_value", Figures.pValue(counted.fit()));
    }

    private static @Nullable String time(long millis) {
        return millis == Long.MAX_VALUE ? null : Instant.ofEpochMilli(millis).toString();
    }

    @Override
    public String csv(Form form) {
        List<String> names = new ArrayList<>(Heads.names("as_of"));
        names.addAll(VariantTable.names(form));
        List<Object> end = List.of();
        if (form.diagnostics()) {
            names.add("sample_ratio_p_value");
            end = List.of(Csv.orEmpty(Figures.pValue(fit())));
        }
        Csv csv = new Csv(names);
        List<Object> begin = Heads.cells(experiment, served, form, Csv.orEmpty(served.asOf()));
        for (List<Object> row : new VariantTable(experiment, served.totals(), form).rows()) {
            csv.row(begin, row, end);
        }
        return csv.toString();
    }
}
