package io.assay.sdk;

import io.assay.engine.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Attributes and rules about them, often enough of values near each other that rules hold for some. */
final class RandomValues {
    static final List<String> NAMES = List.of(
            "platform",
            "user_segments",
            "age",
            "country",
            "app_version",
            "vip",
            "score",
            "größe",
            "__proto__",
            "toString");
    private static final String[] TEXTS = {
        "web",
        "ios",
        "android",
        "new_users",
        "premium",
        "SE",
        "DE",
        "se",
        "",
        "true",
        "false",
        "18",
        "18.0",
        "1e1",
        "-0",
        "é",
        "e\u0301",
        "😀",
        "x",
        "10",
        "007",
        " 18",
        "0x12"
    };
    private static final String[] VERSIONS = {
        "1", "1.2", "1.2.0", "v1.10", "1.9", "2.0.0-beta", "10", "4.2.0.0", "1234567890", "x1", ""
    };
    private static final Number[] NUMBERS = {0, 1, 18, 17.999, 10, -5, 1e3, 0.1, 7, 2_147_483_648L, 1.2};
    private static final String[] ON_ANYTHING = {"in", "not_in"};
    private static final String[] ON_NUMBERS = {"gt", "gte", "lt", "lte"};
    private static final String[] ON_VERSIONS = {"version_gte", "version_lt"};
    private static final String[] ON_TEXTS = {"contains", "starts_with", "ends_with"};

    private final Random random;

    RandomValues(Random random) {
        this.random = random;
    }

    Rule rule() {
        return switch (random.nextInt(7)) {
            case 0 -> new Rule(name(), one(ON_NUMBERS), some(one(NUMBERS)));
            case 1 -> new Rule(one("app_version", "score"), one(ON_VERSIONS), some(one(VERSIONS)));
            case 2 -> new Rule(name(), one(ON_TEXTS), some(one(TEXTS)));
            case 3 -> new Rule(name(), "exists", one(List.of(), List.of(true), List.of(false)));
            case 4 -> new Rule(name(), "not_in", some(scalar()));
            default -> new Rule(name(), one(ON_ANYTHING), some(scalar()));
        };
    }

    String name() {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    /** A value of an attribute: mostly something simple. */
    @Nullable
    Object attribute() {
        return switch (random.nextInt(12)) {
            case 0 -> null;
            case 1, 2, 3 -> many();
            case 4, 5 -> one(VERSIONS);
            default -> scalar();
        };
    }

    private List<@Nullable Object> many() {
        List<@Nullable Object> elements = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            elements.add(random.nextInt(8) == 0 ? null : scalar());
        }
        return elements;
    }

    private Object scalar() {
        return switch (random.nextInt(5)) {
            case 0 -> one(NUMBERS);
            case 1 -> random.nextBoolean();
            default -> one(TEXTS);
        };
    }

    private List<Object> some(Object first) {
        List<Object> values = new ArrayList<>(Arrays.asList(first));
        for (int i = random.nextInt(3); i > 0; i--) {
            values.add(scalar());
        }
        return values;
    }

    @SafeVarargs
    private <T> T one(T... of) {
        return of[random.nextInt(of.length)];
    }
}
