package io.assay.catalog;

import java.util.LinkedHashMap;
import java.util.Map;

/** JSON merge patch (RFC 7396): null removes, objects merge, anything else replaces. */
final class MergePatch {
    private MergePatch() {}

    static Map<String, Object> apply(Map<String, ?> target, Map<String, ?> patch) {
        Map<String, Object> merged = new LinkedHashMap<>(target);
        patch.forEach((name, value) -> {
            Map<String, Object> inner = Fields.asMap(value);
            if (value == null) {
                merged.remove(name);
            } else if (inner == null) {
                merged.put(name, value);
            } else {
                Map<String, Object> old = Fields.asMap(merged.get(name));
                merged.put(name, apply(old == null ? Map.of() : old, inner));
            }
        });
        return merged;
    }
}
