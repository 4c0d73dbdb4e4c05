package io.assay.catalog;

import io.assay.protocol.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Part of a list, newest first.
 *
 * @param items JSON objects
 * @param next the place to go on from; null if there are no more
 */
public record Page(List<Json.Raw> items, @Nullable Long next) {
    public Page {
        items = List.copyOf(items);
    }
}
