package io.assay.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The shared cases of {@code sdk/vectors}. */
public final class Vectors {
    private Vectors() {}

    /** The list of one file. */
    public static List<Map<String, Object>> of(String file, String list) {
        return list(map(Json.parse(read(file), Json.Limits.SNAPSHOT)).get(list));
    }

    private static byte[] read(String file) {
        try {
            return Files.readAllBytes(Path.of(System.getProperty("vectors", "../vectors"), file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    public static Map<String, Object> map(Object json) {
        return (Map<String, Object>) json;
    }

    @SuppressWarnings("unchecked")
    public static <T> List<T> list(Object json) {
        return (List<T>) json;
    }

    public static long integer(Object json) {
        return ((Number) json).longValue();
    }
}
