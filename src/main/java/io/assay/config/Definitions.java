package io.assay.config;

import io.assay.catalog.Catalog;
import io.assay.catalog.CatalogSnapshot;
import io.assay.catalog.Versions;
import io.vertx.core.Future;

/** What this stage asks of the definitions. */
interface Definitions {
    /** Lets starts and ends that are due take effect. */
    Future<Boolean> applySchedule();

    Future<Versions> versions();

    /** All that is served, as of one moment. */
    Future<CatalogSnapshot> load();

    static Definitions of(Catalog catalog) {
        return new Definitions() {
            @Override
            public Future<Boolean> applySchedule() {
                return catalog.applySchedule();
            }

            @Override
            public Future<Versions> versions() {
                return catalog.versions();
            }

            @Override
            public Future<CatalogSnapshot> load() {
                return catalog.load();
            }
        };
    }
}
