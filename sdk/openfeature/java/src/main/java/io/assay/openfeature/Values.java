package io.assay.openfeature;

import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.ImmutableStructure;
import dev.openfeature.sdk.Structure;
import dev.openfeature.sdk.Value;
import io.assay.client.User;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of OpenFeature from and to those of the SDK. */
final class Values {
    private Values() {}

    /** The user of a context: the targeting key is the id, everything else an attribute. */
    static User user(EvaluationContext context) {
        Map<String, @Nullable Object> attributes = plain(context);
        attributes.remove(EvaluationContext.TARGETING_KEY);
        return User.of(context.getTargetingKey(), attributes);
    }

    /** A structure as maps, lists, strings, numbers and booleans; a moment as ISO 8601. */
    static Map<String, @Nullable Object> plain(Structure structure) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        structure.asUnmodifiableMap().forEach((name, value) -> map.put(name, plain(value)));
        return map;
    }

    private static @Nullable Object plain(@Nullable Value value) {
        if (value == null || value.isNull()) {
            return null;
        }
        if (value.isStructure()) {
            return plain(value.asStructure());
        }
        if (value.isList()) {
            List<@Nullable Object> list = new ArrayList<>();
            value.asList().forEach(element -> list.add(plain(element)));
            return list;
        }
        return value.isInstant() ? value.asInstant().toString() : value.asObject();
    }

    /** A value of JSON: whole numbers are integers or longs, others doubles. */
    static Value of(@Nullable Object json) {
        if (json instanceof Map<?, ?> map) {
            Map<String, Value> members = new LinkedHashMap<>();
            map.forEach((name, value) -> members.put(String.valueOf(name), of(value)));
            return new Value(new ImmutableStructure(members));
        }
        if (json instanceof List<?> list) {
            List<Value> elements = new ArrayList<>(list.size());
            list.forEach(element -> elements.add(of(element)));
            return new Value(Collections.unmodifiableList(elements));
        }
        if (json instanceof BigDecimal number) {
            return number(number);
        }
        if (json instanceof Boolean flag) {
            return new Value(flag);
        }
        return json == null ? new Value() : new Value(json.toString());
    }

    private static Value number(BigDecimal number) {
        if (number.scale() <= 0 && number.precision() - number.scale() <= 18) {
            long whole = number.longValueExact();
            return (int) whole == whole ? new Value((int) whole) : new Value(whole);
        }
        return new Value(number.doubleValue());
    }
}
