package io.assay.engine;

import java.util.List;

/**
 * One condition on one attribute: it holds if it holds for any element of the attribute and any of the values.
 *
 * @param op the operator's name; with one that is not known the rule does not hold
 * @param values strings, numbers and booleans
 */
public record Rule(String attribute, String op, List<? extends Object> values) {
    /** The most values. */
    public static final int MAX_VALUES = 200;

    /** The longest string among the values, in bytes of UTF-8. */
    public static final int MAX_VALUE_BYTES = 256;

    public Rule {
        values = List.copyOf(values);
        if (attribute.isEmpty() || Utf8.length(attribute) < 0) {
            throw new IllegalArgumentException("attribute: \"" + attribute + "\" (expected: a name)");
        }
        Op known = Op.named(op);
        if (known == Op.EXISTS) {
            boolean valid = values.isEmpty() || (values.size() == 1 && values.get(0) instanceof Boolean);
            if (!valid) {
                throw new IllegalArgumentException("values: " + values + " (expected: none, [true] or [false])");
            }
        } else if (known != Op.UNKNOWN) {
            checkValues(values);
            if (values.isEmpty()) {
                throw new IllegalArgumentException("values: none (expected: 1 to " + MAX_VALUES + ")");
            }
        }
    }

    /** Says whether it holds for a user with these attributes. */
    public boolean holds(Attributes attributes) {
        return new CompiledRule(this, 0).holds(attributes.value(attribute));
    }

    static void checkValues(List<? extends Object> values) {
        if (values.size() > MAX_VALUES) {
            throw new IllegalArgumentException("values: " + values.size() + " (expected: at most " + MAX_VALUES + ")");
        }
        for (Object value : values) {
            if (!isValue(value)) {
                throw new IllegalArgumentException(
                        "values: " + value + " (expected: a boolean, a finite number, or a string of at most "
                                + MAX_VALUE_BYTES + " bytes)");
            }
        }
    }

    private static boolean isValue(Object value) {
        if (value instanceof String text) {
            int bytes = Utf8.length(text);
            return bytes >= 0 && bytes <= MAX_VALUE_BYTES;
        }
        return value instanceof Boolean || (value instanceof Number number && Double.isFinite(number.doubleValue()));
    }
}
