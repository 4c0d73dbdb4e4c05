package io.assay.catalog;

import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds what is wrong with a targeting: operators, counts, sizes and types of values. */
final class TargetingCheck {
    private static final int MAX_RULES = 20;
    private static final int MAX_VALUES = 200;
    private static final int MAX_BYTES = 256;
    private static final Set<String> OPERATORS = Set.of(
            "in",
            "not_in",
            "gt",
            "gte",
            "lt",
            "lte",
            "version_gte",
            "version_lt",
            "contains",
            "starts_with",
            "ends_with",
            "exists");

    private final Findings findings;

    TargetingCheck(Findings findings) {
        this.findings = findings;
    }

    void check(Fields targeting) {
        targeting.only("platforms", "user_segments", "rules");
        strings(targeting, "platforms");
        strings(targeting, "user_segments");
        List<?> rules = targeting.list("rules", 0, MAX_RULES);
        for (int i = 0; i < rules.size(); i++) {
            String where = targeting.at("rules") + "/" + i;
            Fields rule = targeting.element(rules.get(i), where);
            if (rule != null) {
                rule(rule.only("attribute", "op", "values"));
            }
        }
    }

    private void strings(Fields targeting, String name) {
        List<?> values = targeting.list(name, 1, MAX_VALUES);
        for (int i = 0; i < values.size(); i++) {
            if (!(values.get(i) instanceof String text) || Fields.utf8Length(text) > MAX_BYTES) {
                findings.add(targeting.at(name) + "/" + i, "invalid_value", "expected: a string of at most 256 bytes");
            }
        }
    }

    private void rule(Fields rule) {
        Object attribute = rule.required("attribute", rule.get("attribute"));
        if ("user_id".equals(attribute)) {
            rule.wrong("attribute", "invalid_value", "the user id is not an attribute (overrides name users)");
        } else if (attribute != null && !isAttribute(attribute)) {
            rule.wrong("attribute", "invalid_value", "expected: a string of 1 to 256 bytes");
        }
        Object op = rule.required("op", rule.get("op"));
        if (op != null && !OPERATORS.contains(String.valueOf(op))) {
            rule.wrong(
                    "op",
                    "unknown_operator",
                    "expected: one of "
                            + String.join(", ", OPERATORS.stream().sorted().toList()));
        }
        if ("exists".equals(op)) {
            existence(rule);
        } else {
            rule.required("values", rule.get("values"));
            values(rule);
        }
    }

    private static boolean isAttribute(Object value) {
        return value instanceof String text && !text.isEmpty() && Fields.utf8Length(text) <= MAX_BYTES;
    }

    private static void existence(Fields rule) {
        Object values = rule.get("values");
        if (values != null && !values.equals(List.of(true)) && !values.equals(List.of(false))) {
            rule.wrong("values", "invalid_value", "expected: nothing, [true] or [false]");
        }
    }

    private void values(Fields rule) {
        List<?> values = rule.list("values", 1, MAX_VALUES);
        for (int i = 0; i < values.size(); i++) {
            if (!isValue(values.get(i))) {
                findings.add(
                        rule.at("values") + "/" + i,
                        "invalid_value",
                        "expected: a string of at most 256 bytes, a finite number, true or false");
            }
        }
    }

    private static boolean isValue(@Nullable Object value) {
        if (value instanceof String text) {
            return Fields.utf8Length(text) <= MAX_BYTES;
        }
        if (value instanceof BigDecimal number) {
            return Double.isFinite(number.doubleValue());
        }
        return value instanceof Boolean;
    }
}
