package io.assay.ingestion;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The experiments as one look at the catalog saw them.
 *
 * @param byId all of them
 * @param idByKey their ids by their keys
 */
record Definitions(Map<String, Known> byId, Map<String, String> idByKey) {
    static final Definitions NONE = new Definitions(Map.of(), Map.of());

    /** An experiment; one that was not launched has no variants yet. */
    record Known(String id, Set<String> variants, boolean launched) {
        Known {
            variants = Set.copyOf(variants);
        }
    }

    Definitions {
        byId = Map.copyOf(byId);
        idByKey = Map.copyOf(idByKey);
    }

    /** The experiment of that id, else the one of that key. */
    @Nullable
    Known find(String idOrKey) {
        Known byItsId = byId.get(idOrKey);
        if (byItsId != null) {
            return byItsId;
        }
        String id = idByKey.get(idOrKey);
        return id == null ? null : byId.get(id);
    }
}
