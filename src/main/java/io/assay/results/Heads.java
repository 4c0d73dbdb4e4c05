package io.assay.results;

import io.assay.analytics.ServedTotals;
import io.assay.catalog.MeasuredExperiment;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What every answer begins with: which experiment it is about, and how far its figures go. */
final class Heads {
    private Heads() {}

    static JsonObject json(MeasuredExperiment experiment, ServedTotals served, Form form) {
        return new JsonObject()
                .put("experiment_id", experiment.id())
                .put("key", experiment.key())
                .put("status", experiment.status().text())
                .put("as_of", served.asOf() == null ? null : served.asOf().toString())
                .putNull(Answer.LAG)
                .put("final", isFinal(experiment, served))
                .put("scope", form.scope().text());
    }

    /** The names of {@link #cells}. */
    static List<String> names(String time) {
        return List.of("experiment_id", "key", "status", time, "final", "scope");
    }

    static List<Object> cells(MeasuredExperiment experiment, ServedTotals served, Form form, Object time) {
        return List.of(
                experiment.id(),
                experiment.key(),
                experiment.status().text(),
                time,
                isFinal(experiment, served),
                form.scope().text());
    }

    static boolean isFinal(MeasuredExperiment experiment, ServedTotals served) {
        return served.isFinal(experiment.endMillis(), experiment.longestWindowMillis());
    }
}
