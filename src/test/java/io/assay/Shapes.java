package io.assay;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The shapes that documents may have, read from {@code shapes.yaml}: for each shape its fields, the required ones marked
 * by {@code !}, with a type each: {@code text}, {@code number}, {@code flag}, {@code text or number}, another shape, {@code [x]} or {@code {x}}.
 */
final class Shapes {
    private record Field(String type, boolean required) {}

    private final Map<String, Map<String, Field>> shapes = new HashMap<>();

    Shapes(JsonNode file) {
        file.fields().forEachRemaining(shape -> {
            Map<String, Field> fields = new HashMap<>();
            shape.getValue().fields().forEachRemaining(field -> {
                boolean required = field.getKey().endsWith("!");
                fields.put(
                        field.getKey().replace("!", ""),
                        new Field(field.getValue().textValue(), required));
            });
            shapes.put(shape.getKey(), fields);
        });
    }

    /** What is wrong with the document, as one line each. */
    List<String> breaches(String where, String shape, JsonNode document) {
        List<String> found = new ArrayList<>();
        check(where, shape, document, found);
        return found;
    }

    private void check(String where, String type, JsonNode value, List<String> found) {
        if (type.startsWith("[")) {
            checkList(where, inner(type), value, found);
        } else if (type.startsWith("{")) {
            expect(value.isObject() && !value.isEmpty(), where, "names with values", value, found);
            value.fields().forEachRemaining(e -> check(where + "." + e.getKey(), inner(type), e.getValue(), found));
        } else if (type.equals("text")) {
            expect(value.isTextual() && !value.textValue().isEmpty(), where, "text", value, found);
        } else if (type.equals("number")) {
            expect(value.isIntegralNumber(), where, "a number", value, found);
        } else if (type.equals("text or number")) {
            expect(value.isTextual() || value.isIntegralNumber(), where, type, value, found);
        } else if (type.equals("flag")) {
            expect(value.isBoolean(), where, "true or false", value, found);
        } else {
            checkFields(where, type, value, found);
        }
    }

    private void checkList(String where, String type, JsonNode value, List<String> found) {
        expect(value.isArray() && !value.isEmpty(), where, "a list", value, found);
        for (int i = 0; i < value.size(); i++) {
            check(where + "[" + i + "]", type, value.path(i), found);
        }
    }

    private void checkFields(String where, String shape, JsonNode value, List<String> found) {
        Map<String, Field> fields = shapes.get(shape);
        if (fields == null || !value.isObject()) {
            found.add(where + ": " + value + " (expected: " + (fields == null ? "a known kind" : shape) + ")");
            return;
        }
        value.fields().forEachRemaining(e -> {
            Field field = fields.get(e.getKey());
            if (field == null) {
                found.add(where + "." + e.getKey() + ": unknown field of " + shape);
            } else {
                check(where + "." + e.getKey(), field.type, e.getValue(), found);
            }
        });
        fields.forEach((name, field) -> {
            if (field.required && !value.has(name)) {
                found.add(where + "." + name + ": missing");
            }
        });
    }

    private static String inner(String type) {
        return type.substring(1, type.length() - 1);
    }

    private static void expect(boolean holds, String where, String expectation, JsonNode value, List<String> found) {
        if (!holds) {
            found.add(where + ": " + value + " (expected: " + expectation + ")");
        }
    }
}
