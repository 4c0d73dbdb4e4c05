package io.assay.client;

import io.assay.engine.Attributes;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A user as the application knows them: an id and attributes for targeting. Immutable. */
public final class User {
    private static final Object[] NO_VALUES = {};

    /** What targeting finds there, and can compare with nothing. */
    private static final Object OPAQUE = new Object();

    private static final int MAX_SMALL = 8 * 1024;
    private static final int ENTRY = 8;

    static final User NOBODY = of("");

    private final String id;
    private final Object[] names;
    private final @Nullable Object[] values;
    private final Attributes attributes;
    private final int hash;
    private final boolean isSmall;

    private User(String id, Map<String, @Nullable Object> map) {
        this.id = id;
        names = map.isEmpty() ? NO_VALUES : map.keySet().toArray();
        values = map.isEmpty() ? NO_VALUES : map.values().toArray();
        attributes = Attributes.of(map);
        hash = map.isEmpty() ? id.hashCode() : 31 * id.hashCode() + Arrays.hashCode(values);
        long size = 0;
        for (int i = 0; i < names.length; i++) {
            size += size(names[i]) + size(values[i]);
        }
        isSmall = size <= MAX_SMALL;
    }

    /** A user without attributes. */
    public static User of(@Nullable String id) {
        return new User(id == null ? "" : id, Collections.emptyMap());
    }

    /**
     * A user with attributes: strings, numbers, booleans, and collections or arrays of them. An enum is its name, a character a
     * text. They are copied; what cannot be read is left out.
     */
    public static User of(@Nullable String id, @Nullable Map<String, ?> attributes) {
        Map<String, @Nullable Object> copy = new TreeMap<>();
        try {
            if (attributes != null) {
                attributes.forEach((name, value) -> {
                    if (name != null) {
                        copy.put(name, copied(value));
                    }
                });
            }
            return new User(id == null ? "" : id, copy);
        } catch (Throwable e) {
            return of(id);
        }
    }

    /** The values as targeting reads them, so that nothing of the application's is kept. */
    private static @Nullable Object copied(@Nullable Object value) {
        if (value instanceof Collection<?> many) {
            return elements(many);
        }
        if (value instanceof Object[] many) {
            return elements(Arrays.asList(many));
        }
        if (value != null && value.getClass().isArray()) {
            List<@Nullable Object> many = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                many.add(scalar(Array.get(value, i)));
            }
            return many;
        }
        return scalar(value);
    }

    private static List<@Nullable Object> elements(Collection<?> many) {
        List<@Nullable Object> copy = new ArrayList<>(many.size());
        for (Object element : many) {
            copy.add(scalar(element));
        }
        return copy;
    }

    private static @Nullable Object scalar(@Nullable Object value) {
        if (value == null || value instanceof String || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        return value instanceof Character ? value.toString() : OPAQUE;
    }

    private static int size(@Nullable Object value) {
        if (value instanceof List<?> many) {
            int size = ENTRY;
            for (Object element : many) {
                size += size(element);
            }
            return size;
        }
        return ENTRY + (value instanceof String text ? text.length() : 0);
    }

    /** Says whether this may be kept for each of many users. */
    boolean isSmall() {
        return isSmall;
    }

    /** The user id. */
    public String id() {
        return id;
    }

    Attributes attributes() {
        return attributes;
    }

    /** Says whether this is the user of that id, without attributes. */
    boolean isOnly(String other) {
        return names.length == 0 && id.equals(other);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof User user
                        && hash == user.hash
                        && id.equals(user.id)
                        && Arrays.equals(names, user.names)
                        && Arrays.equals(values, user.values));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** No attributes and no id: this text may end in a log. */
    @Override
    public String toString() {
        return "User with " + names.length + " attributes";
    }
}
