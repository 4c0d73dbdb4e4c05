package io.assay.catalog;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON with each number written one way, so that 1.50 sent back as 1.5 is no change. */
final class Canonical {
    private static final int LONGEST_WHOLE = 20;

    private Canonical() {}

    static Map<String, Object> object(Map<String, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((name, value) -> copy.put(name, value(value)));
        return copy;
    }

    private static @Nullable Object value(@Nullable Object value) {
        Map<String, Object> map = Fields.asMap(value);
        if (map != null) {
            return object(map);
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(element -> copy.add(value(element)));
            return copy;
        }
        return value instanceof BigDecimal number ? number(number) : value;
    }

    private static BigDecimal number(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        boolean whole = stripped.scale() < 0 && stripped.precision() - stripped.scale() <= LONGEST_WHOLE;
        return whole ? stripped.setScale(0) : stripped;
    }
}
