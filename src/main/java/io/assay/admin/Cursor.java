package io.assay.admin;

import io.assay.platform.ApiError;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a page of a list begins: opaque to callers. */
final class Cursor {
    private static final Pattern TEXT = Pattern.compile("c[0-9a-z]{1,12}");
    private static final int RADIX = 36;

    private Cursor() {}

    static String at(long place) {
        return "c" + Long.toString(place, RADIX);
    }

    static @Nullable Long read(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (!TEXT.matcher(text).matches()) {
            throw ApiError.malformed("cursor: not one that was given out here");
        }
        return Long.parseLong(text.substring(1), RADIX);
    }
}
