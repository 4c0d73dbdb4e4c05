package io.assay.ingestion;

import io.assay.catalog.Catalog;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.MeasuredVariant;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The definitions as the catalog has them: what is measured, and the drafts by their names. */
final class CatalogDefinitions {
    private CatalogDefinitions() {}

    static Future<Definitions> read(Catalog catalog) {
        return catalog.measured().compose(measured -> catalog.drafts().map(drafts -> {
            Map<String, Definitions.Known> byId = new HashMap<>();
            Map<String, String> idByKey = new HashMap<>();
            drafts.forEach((key, id) -> {
                byId.put(id, new Definitions.Known(id, Set.of(), false));
                idByKey.put(key, id);
            });
            for (MeasuredExperiment experiment : measured.experiments()) {
                byId.put(experiment.id(), launched(experiment));
                idByKey.put(experiment.key(), experiment.id());
            }
            return new Definitions(byId, idByKey);
        }));
    }

    private static Definitions.Known launched(MeasuredExperiment experiment) {
        Set<String> variants =
                experiment.variants().stream().map(MeasuredVariant::key).collect(Collectors.toSet());
        return new Definitions.Known(experiment.id(), variants, true);
    }
}
