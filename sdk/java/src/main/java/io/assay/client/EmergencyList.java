package io.assay.client;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The keys of the killed experiments. */
record EmergencyList(long version, Set<String> killed) {
    static final EmergencyList NONE = new EmergencyList(-1, Collections.emptySet());

    /**
     * The list of a JSON value.
     *
     * @throws IllegalArgumentException for what is none
     */
    static EmergencyList of(@Nullable Object json) {
        if (json instanceof Map<?, ?> map
                && map.get("version") instanceof BigDecimal version
                && map.get("killed") instanceof Collection<?> keys) {
            Set<String> killed = new TreeSet<>();
            for (Object key : keys) {
                if (!(key instanceof String text)) {
                    throw new IllegalArgumentException("emergency list: killed: expected texts");
                }
                killed.add(text);
            }
            return new EmergencyList(version.longValueExact(), Collections.unmodifiableSet(killed));
        }
        throw new IllegalArgumentException("emergency list: expected {version, killed}");
    }

    Object json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", version);
        json.put("killed", killed);
        return json;
    }
}
