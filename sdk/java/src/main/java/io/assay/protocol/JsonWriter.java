package io.assay.protocol;

import io.assay.engine.Utf8;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The writing half of {@link Json}. */
final class JsonWriter {
    private static final String HEX = "0123456789abcdef";
    private static final int PLAIN_DIGITS = 21;

    private JsonWriter() {}

    static void write(@Nullable Object value, StringBuilder out) {
        if (value instanceof String text) {
            string(text, out);
        } else if (value instanceof Map<?, ?> map) {
            object(map, out);
        } else if (value instanceof Collection<?> list) {
            array(list, out);
        } else if (value instanceof Number number) {
            out.append(number(number));
        } else if (value instanceof Json.Raw raw) {
            out.append(raw.text());
        } else if (value == null || value instanceof Boolean) {
            out.append(value);
        } else {
            throw new IllegalArgumentException("not JSON: " + value.getClass().getName());
        }
    }

    private static void object(Map<?, ?> map, StringBuilder out) {
        char before = '{';
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(before);
            string((String) entry.getKey(), out);
            out.append(':');
            write(entry.getValue(), out);
            before = ',';
        }
        out.append(map.isEmpty() ? "{}" : "}");
    }

    private static void array(Collection<?> list, StringBuilder out) {
        char before = '[';
        for (Object element : list) {
            out.append(before);
            write(element, out);
            before = ',';
        }
        out.append(list.isEmpty() ? "[]" : "]");
    }

    /** Plain digits for numbers of a usual size, so that 1e2 and 100 read the same. */
    private static String number(Number number) {
        if (number instanceof BigDecimal decimal) {
            int magnitude = decimal.precision() - decimal.scale();
            boolean usual = magnitude > -6 && magnitude <= PLAIN_DIGITS && decimal.scale() <= PLAIN_DIGITS;
            return usual ? decimal.toPlainString() : decimal.toString();
        }
        if (number instanceof Double || number instanceof Float) {
            if (!Double.isFinite(number.doubleValue())) {
                throw new IllegalArgumentException("not JSON: " + number);
            }
            return number(new BigDecimal(number.toString()).stripTrailingZeros());
        }
        return number.toString();
    }

    private static void string(String text, StringBuilder out) {
        if (Utf8.length(text) < 0) {
            throw new IllegalArgumentException("not JSON: a string with a lone surrogate");
        }
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
