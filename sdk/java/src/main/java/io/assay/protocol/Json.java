package io.assay.protocol;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * JSON, read strictly and written compactly.
 *
 * <p>An object is a {@code LinkedHashMap<String, Object>}, an array an {@code ArrayList<Object>}, a string a {@code String}, a
 * number a {@code BigDecimal} with the scale as written, {@code true} and {@code false} are {@code Boolean}, null is null.
 */
public final class Json {
    private Json() {}

    /**
     * What is allowed beyond the grammar.
     *
     * @param depth how deep arrays and objects may nest
     * @param names how many names one object may have
     * @param values how many values there may be in all, so that no body takes an event loop for long
     */
    public record Limits(int depth, int names, int values) {
        /** What holds for bodies that come from outside. */
        public static final Limits BODY = new Limits(32, 200, 50_000);

        /**
         * What holds for snapshots, which name as many experiments and users as there are, and in which what came in a body
         * stands deeper than in that body.
         */
        public static final Limits SNAPSHOT = new Limits(64, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** JSON text that is written as it stands. */
    public record Raw(String text) {}

    /**
     * Reads one value from end to end.
     *
     * @throws JsonException for what is not JSON, holds a name twice, is no valid Unicode or exceeds the limits
     */
    public static @Nullable Object parse(byte[] utf8, Limits limits) throws JsonException {
        return new JsonReader(utf8, limits).document();
    }

    /**
     * A value that stands in the middle of a text.
     *
     * @param end where what follows it begins
     * @param values how many values it is made of, itself included
     */
    public record Part(@Nullable Object value, int end, int values) {}

    /**
     * Reads the value that begins there, whatever follows it.
     *
     * @throws JsonException as {@link #parse}
     */
    public static Part parsePart(byte[] utf8, int from, Limits limits) throws JsonException {
        return new JsonReader(utf8, limits).part(from);
    }

    /** The compact text of a value made of maps, collections, strings, numbers, booleans, {@link Raw} and null. */
    public static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        JsonWriter.write(value, out);
        return out.toString();
    }

    /** The compact text as UTF-8. */
    public static byte[] bytes(@Nullable Object value) {
        return write(value).getBytes(StandardCharsets.UTF_8);
    }
}
