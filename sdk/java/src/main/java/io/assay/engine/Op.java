package io.assay.engine;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** What a targeting rule compares with. */
enum Op {
    IN,
    NOT_IN,
    GT,
    GTE,
    LT,
    LTE,
    VERSION_GTE,
    VERSION_LT,
    CONTAINS,
    STARTS_WITH,
    ENDS_WITH,
    EXISTS,
    /** One of a later version: the rule does not hold. */
    UNKNOWN;

    private static final Map<String, Op> BY_NAME = new HashMap<>();

    static {
        for (Op op : values()) {
            if (op != UNKNOWN) {
                BY_NAME.put(op.name().toLowerCase(Locale.ROOT), op);
            }
        }
    }

    static Op named(String name) {
        return BY_NAME.getOrDefault(name, UNKNOWN);
    }
}
