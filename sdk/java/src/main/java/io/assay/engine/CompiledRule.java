package io.assay.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A rule with its values sorted by what they can equal.
 *
 * <p>Equality of an element and a value: if either is a boolean, as text; else if either is a JSON number, as numbers;
 * else as strings. So a string element equals a string or boolean value by text and a number value by number, a number
 * element equals whatever reads as a number, and a boolean element equals by text only.
 */
final class CompiledRule {
    /** Where the attribute's value stands among those that the snapshot reads. */
    final int attribute;

    private final Op op;
    private final boolean presence;
    private final String[] strings;
    private final Set<String> texts = new HashSet<>();
    private final double[] numbers;
    private final double[] readable;

    CompiledRule(Rule rule, int attribute) {
        this.attribute = attribute;
        op = Op.named(rule.op());
        List<? extends Object> values = rule.values();
        presence = values.isEmpty() || !Boolean.FALSE.equals(values.get(0));
        strings = values.stream().filter(String.class::isInstance).toArray(String[]::new);
        numbers = values.stream()
                .mapToDouble(CompiledRule::jsonNumber)
                .filter(CompiledRule::isNumber)
                .toArray();
        readable = values.stream()
                .mapToDouble(CompiledRule::number)
                .filter(CompiledRule::isNumber)
                .toArray();
        for (Object value : values) {
            if (value instanceof String || value instanceof Boolean) {
                texts.add(value.toString());
            }
        }
    }

    boolean holds(@Nullable Object value) {
        return switch (op) {
            case UNKNOWN -> false;
            case EXISTS -> presence == (value != null);
            case NOT_IN -> value == null || !any(Op.IN, value);
            default -> value != null && any(op, value);
        };
    }

    private boolean any(Op wanted, Object value) {
        if (!(value instanceof Attributes.Elements many)) {
            return test(wanted, value);
        }
        for (int i = 0; i < many.size(); i++) {
            if (test(wanted, many.get(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean test(Op wanted, @Nullable Object element) {
        return switch (wanted) {
            case IN -> equalsAny(element);
            case GT, GTE, LT, LTE -> compares(wanted, number(element));
            default -> element instanceof String text && matches(wanted, text);
        };
    }

    private boolean equalsAny(@Nullable Object element) {
        if (element instanceof String text) {
            return texts.contains(text) || (numbers.length > 0 && holds(numbers, Numeric.number(text)));
        }
        if (element instanceof Double number) {
            return holds(readable, number);
        }
        return element instanceof Boolean flag && texts.contains(flag.toString());
    }

    private static boolean holds(double[] values, double number) {
        for (double value : values) {
            if (value == number) {
                return true;
            }
        }
        return false;
    }

    /** NaN, which is no number, compares with nothing. */
    private boolean compares(Op wanted, double element) {
        for (double value : readable) {
            boolean holds =
                    switch (wanted) {
                        case GT -> element > value;
                        case GTE -> element >= value;
                        case LT -> element < value;
                        default -> element <= value;
                    };
            if (holds) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(Op wanted, String text) {
        for (String value : strings) {
            boolean holds =
                    switch (wanted) {
                        case CONTAINS -> text.contains(value);
                        case STARTS_WITH -> text.startsWith(value);
                        case ENDS_WITH -> text.endsWith(value);
                        default -> comparesVersion(wanted, text, value);
                    };
            if (holds) {
                return true;
            }
        }
        return false;
    }

    private static boolean comparesVersion(Op wanted, String text, String value) {
        return Numeric.startsVersion(text)
                && Numeric.startsVersion(value)
                && Numeric.compareVersions(text, value) < 0 == (wanted == Op.VERSION_LT);
    }

    private static boolean isNumber(double number) {
        return !Double.isNaN(number);
    }

    private static double jsonNumber(Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private static double number(@Nullable Object value) {
        return value instanceof String text ? Numeric.number(text) : value == null ? Double.NaN : jsonNumber(value);
    }
}
