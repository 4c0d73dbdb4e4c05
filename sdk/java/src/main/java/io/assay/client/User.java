package io.assay.client;

import io.assay.engine.Attributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A user as the application knows them: an id and attributes for targeting. Immutable. */
public final class User {
    private static final Object[] NO_VALUES = {};

    static final User NOBODY = of("");

    private final String id;
    private final Object[] names;
    private final @Nullable Object[] values;
    private final Attributes attributes;
    private final int hash;

    private User(String id, Map<String, @Nullable Object> map) {
        this.id = id;
        names = map.isEmpty() ? NO_VALUES : map.keySet().toArray();
        values = map.isEmpty() ? NO_VALUES : map.values().toArray();
        attributes = Attributes.of(map);
        hash = map.isEmpty() ? id.hashCode() : 31 * id.hashCode() + Arrays.hashCode(values);
    }

    /** A user without attributes. */
    public static User of(@Nullable String id) {
        return new User(id == null ? "" : id, Collections.emptyMap());
    }

    /**
     * A user with attributes: strings, numbers, booleans, and collections or arrays of them. They are copied; what cannot be
     * read is left out.
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

    private static @Nullable Object copied(@Nullable Object value) {
        if (value instanceof Collection<?> many) {
            return new ArrayList<>(many);
        }
        return value instanceof Object[] many ? new ArrayList<>(Arrays.asList(many)) : value;
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
