package io.assay.catalog;

import io.assay.catalog.Metric.Kind;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A metric by name, as it is written in JSON.
 *
 * @param window such as {@code 30d}; null: up to the end of the experiment
 */
public record MetricDefinition(String key, String event, Kind kind, @Nullable String window) {
    /** The conversion on the event of that name. */
    static MetricDefinition conversionOn(String event) {
        return new MetricDefinition(event, event, Kind.CONVERSION, null);
    }

    String kindText() {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    static Kind kind(String text) {
        return Kind.valueOf(text.toUpperCase(Locale.ROOT));
    }

    Metric metric() {
        return new Metric(key, event, kind, window == null ? null : Window.millis(window));
    }

    /** Its JSON object. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("key", key);
        map.put("event", event);
        map.put("kind", kindText());
        if (window != null) {
            map.put("window", window);
        }
        return map;
    }
}
