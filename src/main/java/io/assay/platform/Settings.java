package io.assay.platform;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A configuration section that is read strictly: what is missing, mistyped, out of range or unknown is refused with
 * its path, value and expectation ({@code http.basePort: "80" (expected: integer 0..65535)}).
 */
public final class Settings {
    private final JsonObject json;
    private final String path;

    private Settings(JsonObject json, String path) {
        this.json = json;
        this.path = path;
    }

    /** The whole configuration of a verticle; sections are reached by {@link #section}. */
    public static Settings of(JsonObject json) {
        return new Settings(json, "");
    }

    /** A file or section whose messages start with {@code where}. */
    public static Settings of(JsonObject json, String where) {
        return new Settings(json, where);
    }

    /** The section of that name; an absent one is empty, so that its defaults count. */
    public Settings section(String name) {
        Object value = json.getValue(name);
        if (value == null) {
            return new Settings(new JsonObject(), at(name));
        }
        if (value instanceof JsonObject object) {
            return new Settings(object, at(name));
        }
        throw refused(name, "an object");
    }

    /** Refuses every member that is not named here. Returns this. */
    public Settings only(String... names) {
        Set<String> known = Set.of(names);
        for (String name : json.fieldNames()) {
            if (!known.contains(name)) {
                throw new ConfigException(
                        at(name) + ": unknown setting (expected one of: " + String.join(", ", names) + ")");
            }
        }
        return this;
    }

    public boolean has(String name) {
        return json.getValue(name) != null;
    }

    public String string(String name) {
        if (json.getValue(name) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw refused(name, "a non-empty string");
    }

    public String string(String name, String otherwise) {
        return has(name) ? string(name) : otherwise;
    }

    public @Nullable String stringOrNull(String name) {
        return has(name) ? string(name) : null;
    }

    public int integer(String name, int min, int max) {
        return (int) longInteger(name, min, max);
    }

    public int integer(String name, int min, int max, int otherwise) {
        return has(name) ? integer(name, min, max) : otherwise;
    }

    public long longInteger(String name, long min, long max) {
        Object value = json.getValue(name);
        if (value instanceof Integer || value instanceof Long) {
            long number = ((Number) value).longValue();
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw refused(name, "integer " + min + ".." + max);
    }

    public long longInteger(String name, long min, long max, long otherwise) {
        return has(name) ? longInteger(name, min, max) : otherwise;
    }

    public boolean bool(String name, boolean otherwise) {
        Object value = json.getValue(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean truth) {
            return truth;
        }
        throw refused(name, "true or false");
    }

    public List<String> strings(String name) {
        Object value = json.getValue(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof JsonArray array)) {
            throw refused(name, "a list of strings");
        }
        List<String> strings = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            if (!(array.getValue(i) instanceof String text)) {
                throw refused(name, "a list of strings");
            }
            strings.add(text);
        }
        return List.copyOf(strings);
    }

    /** The refusal of the member {@code name}, to be thrown by the caller. */
    public ConfigException refused(String name, String expectation) {
        Object value = json.getValue(name);
        String shown = value == null ? "missing" : shown(name, value);
        return new ConfigException(at(name) + ": " + shown + " (expected: " + expectation + ")");
    }

    /** Goes into logs: no password, neither in a setting of that name nor in an address. */
    private static String shown(String name, Object value) {
        return name.toLowerCase(Locale.ROOT).contains("password")
                ? "what is there"
                : Json.encode(value).replaceAll("://[^@\"]*@", "://…@");
    }

    private String at(String name) {
        return path.isEmpty() ? name : path.endsWith(": ") ? path + name : path + "." + name;
    }
}
