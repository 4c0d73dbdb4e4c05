package io.assay.catalog;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads metrics: a definition of its own, or an element of an experiment's list. */
final class MetricReader {
    private static final Pattern KIND = Pattern.compile("conversion|sum");

    private MetricReader() {}

    /** The body of a metric definition; throws an {@code ApiError} with everything that is wrong. */
    static MetricDefinition read(Map<String, ?> body) {
        Findings findings = new Findings();
        MetricDefinition read = definition(new Fields(body, "", findings));
        findings.refuse();
        if (read == null) {
            throw new IllegalStateException("nothing read and nothing found");
        }
        return read;
    }

    static @Nullable MetricChoice choice(@Nullable Object value, String where, Findings findings) {
        if (value instanceof String name && Fields.EVENT.matcher(name).matches()) {
            return MetricChoice.named(name);
        }
        Map<String, Object> map = Fields.asMap(value);
        if (map == null) {
            findings.add(
                    where,
                    "invalid_value",
                    "expected: a name that matches " + Fields.EVENT + ", or an object {key, event, kind, window}");
            return null;
        }
        MetricDefinition inline = definition(new Fields(map, where, findings));
        return inline == null ? null : MetricChoice.of(inline);
    }

    private static @Nullable MetricDefinition definition(Fields fields) {
        fields.only("key", "event", "kind", "window");
        String key = fields.required("key", fields.matching("key", Fields.EVENT));
        String event = fields.required("event", fields.matching("event", Fields.EVENT));
        String kind = fields.required("kind", fields.matching("kind", KIND));
        Object window = fields.get("window");
        boolean fits = window == null
                || (window instanceof String text && Window.parse(text).isPresent());
        if (!fits) {
            fields.wrong("window", "invalid_value", "expected: such as 45m, 12h or 30d, at most 90d");
        }
        if (key == null || event == null || kind == null || !fits) {
            return null;
        }
        return new MetricDefinition(key, event, MetricDefinition.kind(kind), (String) window);
    }
}
