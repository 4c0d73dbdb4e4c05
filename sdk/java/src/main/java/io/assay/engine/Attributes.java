package io.assay.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a user: values by name, each a string, a number, a boolean or a list of such.
 *
 * <p>What targeting can't read is kept as what it is to targeting: null, NaN, infinities and strings that are not valid
 * Unicode are missing, an object is present and equals nothing. Can be cleared and filled again; not for several threads.
 */
public final class Attributes {
    /** A value that is there and equals nothing. */
    private static final Object OPAQUE = new Object();

    /** The elements of a list: null for what equals nothing. */
    static final class Elements extends ArrayList<@Nullable Object> {
        private static final long serialVersionUID = 1;

        Elements(int size) {
            super(size);
        }
    }

    private String[] names = new String[8];
    private @Nullable Object[] values = new Object[8];
    private int size;

    /** The attributes of a map. */
    public static Attributes of(Map<String, ? extends @Nullable Object> map) {
        Attributes attributes = new Attributes();
        map.forEach((name, value) -> attributes.append(name, normal(value)));
        return attributes;
    }

    /** Forgets everything. */
    public void clear() {
        Arrays.fill(values, 0, size, null);
        size = 0;
    }

    /** Adds a string; a name that is there already then holds a list. */
    public Attributes add(String name, String value) {
        Object normal = normal(value);
        for (int i = 0; i < size; i++) {
            if (names[i].equals(name)) {
                values[i] = joined(values[i], normal);
                return this;
            }
        }
        append(name, normal);
        return this;
    }

    /** Sets a name that is not there yet to a value as it comes from JSON. */
    public Attributes put(String name, @Nullable Object value) {
        append(name, normal(value));
        return this;
    }

    /** A String, Double, Boolean, {@link Elements}, something opaque, or null if missing. */
    @Nullable
    Object value(String name) {
        for (int i = 0; i < size; i++) {
            if (names[i].equals(name)) {
                return values[i];
            }
        }
        return null;
    }

    private void append(String name, @Nullable Object normal) {
        if (size == names.length) {
            names = Arrays.copyOf(names, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        names[size] = name;
        values[size++] = normal;
    }

    private static Object joined(@Nullable Object before, @Nullable Object value) {
        if (before instanceof Elements many) {
            many.add(value);
            return many;
        }
        Elements both = new Elements(2);
        both.add(before);
        both.add(value);
        return both;
    }

    private static @Nullable Object normal(@Nullable Object value) {
        if (value instanceof Collection<?> many) {
            return elements(many);
        }
        if (value instanceof Object[] many) {
            return elements(Arrays.asList(many));
        }
        return scalar(value);
    }

    private static Elements elements(Collection<?> many) {
        Elements elements = new Elements(many.size());
        for (Object element : many) {
            elements.add(scalar(element));
        }
        return elements;
    }

    private static @Nullable Object scalar(@Nullable Object value) {
        if (value instanceof String text) {
            return Utf8.length(text) < 0 ? null : text;
        }
        if (value instanceof Number number) {
            double d = number.doubleValue();
            return Double.isFinite(d) ? (Object) d : null;
        }
        return value == null || value instanceof Boolean ? value : OPAQUE;
    }
}
