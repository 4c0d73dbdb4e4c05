package io.assay.catalog;

import io.assay.engine.Snapshot;
import java.util.List;

/**
 * Everything that is served, as one transaction saw it.
 *
 * @param killed keys of the experiments on the emergency list, in bytewise order
 * @param keys the keys in force, by id
 */
public record CatalogSnapshot(Versions versions, Snapshot snapshot, List<String> killed, List<KeyHash> keys) {
    public CatalogSnapshot {
        killed = List.copyOf(killed);
        keys = List.copyOf(keys);
    }
}
