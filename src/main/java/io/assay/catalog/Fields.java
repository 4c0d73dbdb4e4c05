package io.assay.catalog;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A JSON object of a request while it is read: what is absent or null is null, what is wrong is a finding and null. */
final class Fields {
    static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    static final Pattern EVENT = Pattern.compile("[A-Za-z0-9_.:$-]{1,128}");

    private final Map<String, ?> map;
    private final String pointer;
    private final Findings findings;

    Fields(Map<String, ?> map, String pointer, Findings findings) {
        this.map = map;
        this.pointer = pointer;
        this.findings = findings;
    }

    Fields only(String... names) {
        Set<String> known = Set.of(names);
        for (String name : map.keySet()) {
            if (!known.contains(name)) {
                findings.unknown(at(name), String.join(", ", names));
            }
        }
        return this;
    }

    @Nullable
    Object get(String name) {
        return map.get(name);
    }

    String at(String name) {
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    void wrong(String name, String code, String message) {
        findings.add(at(name), code, message);
    }

    <T> @Nullable T required(String name, @Nullable T value) {
        if (map.get(name) == null) {
            wrong(name, "required", "missing");
        }
        return value;
    }

    @Nullable
    String matching(String name, Pattern pattern) {
        Object value = map.get(name);
        if (value instanceof String text && pattern.matcher(text).matches()) {
            return text;
        }
        if (value != null) {
            wrong(name, "invalid_value", "expected: a string that matches " + pattern);
        }
        return null;
    }

    /** Free text; control characters are refused, but for line breaks and tabs. */
    String text(String name, int maxBytes) {
        Object value = map.get(name);
        if (value == null) {
            return "";
        }
        if (value instanceof String text && utf8Length(text) <= maxBytes && !hasControl(text, "\n\r\t")) {
            return text;
        }
        wrong(name, "invalid_value", "expected: a string of at most " + maxBytes + " bytes without control characters");
        return "";
    }

    boolean truth(String name) {
        Object value = map.get(name);
        if (value instanceof Boolean truth) {
            return truth;
        }
        if (value != null) {
            wrong(name, "invalid_value", "expected: true or false");
        }
        return false;
    }

    /** A percentage as hundredths; {@code least} is the smallest allowed, in hundredths. */
    @Nullable
    Integer percent(String name, int least) {
        Object value = map.get(name);
        if (value == null) {
            return null;
        }
        OptionalInt read = value instanceof BigDecimal number ? Percent.hundredths(number) : OptionalInt.empty();
        if (read.isPresent() && read.getAsInt() >= least) {
            return read.getAsInt();
        }
        String from = Percent.of(least).toPlainString();
        wrong(name, "invalid_value", "expected: a number " + from + "..100 of at most 2 decimals");
        return null;
    }

    /** RFC 3339 with offset, kept to the millisecond. */
    @Nullable
    Instant instant(String name) {
        Object value = map.get(name);
        if (value == null) {
            return null;
        }
        try {
            Instant read =
                    value instanceof String text ? OffsetDateTime.parse(text).toInstant() : null;
            if (read != null && !read.isBefore(Instant.EPOCH) && read.isBefore(Instant.ofEpochSecond(253402300800L))) {
                return read.truncatedTo(ChronoUnit.MILLIS);
            }
        } catch (DateTimeParseException e) {
            // a finding, below
        }
        wrong(
                name,
                "invalid_value",
                "expected: a time such as 2026-03-01T09:00:00Z, with its offset, from 1970 to 9999");
        return null;
    }

    @Nullable
    Fields object(String name) {
        return map.get(name) == null ? null : element(map.get(name), at(name));
    }

    /** The element of a list as an object; null and a finding if it is something else. */
    @Nullable
    Fields element(@Nullable Object value, String where) {
        Map<String, ?> read = asMap(value);
        if (read == null) {
            findings.add(where, "invalid_value", "expected: an object");
            return null;
        }
        return new Fields(read, where, findings);
    }

    /** The list; empty and a finding if it is none or has less or more elements than that. */
    List<?> list(String name, int min, int max) {
        Object value = map.get(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list && list.size() >= min && list.size() <= max) {
            return list;
        }
        wrong(name, "invalid_value", "expected: a list of " + min + " to " + max + " elements");
        return List.of();
    }

    Map<String, ?> members() {
        return map;
    }

    @SuppressWarnings("unchecked") // the reader of JSON gives objects as maps by name
    static @Nullable Map<String, Object> asMap(@Nullable Object value) {
        return value instanceof Map<?, ?> ? (Map<String, Object>) value : null;
    }

    static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    static boolean hasControl(String text, String allowed) {
        return text.chars().anyMatch(c -> Character.isISOControl(c) && allowed.indexOf(c) < 0);
    }
}
