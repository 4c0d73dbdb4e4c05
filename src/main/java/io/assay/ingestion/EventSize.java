package io.assay.ingestion;

import io.assay.protocol.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How large an event may be, as JSON. */
final class EventSize {
    static final int MAX_BYTES = 32 * 1024;

    /** A control character as a backslash, {@code u} and four digits. */
    private static final int MAX_CHAR_BYTES = 6;

    /** More than the longest number that can be read. */
    private static final int MAX_SCALAR_BYTES = 128;

    private EventSize() {}

    /**
     * Refuses an event that is too large. None of a small body is, and few of a large one may be: only these are written out
     * to be measured.
     */
    static void check(Map<?, ?> event, int bodyBytes) {
        boolean mayBeLarge = bodyBytes > MAX_BYTES && atMost(event) > MAX_BYTES;
        if (mayBeLarge && Json.bytes(event).length > MAX_BYTES) {
            throw new Refusal("too_large", "an event is larger than 32 KiB");
        }
    }

    /** The JSON text of a value is never longer. */
    private static int atMost(@Nullable Object value) {
        int bytes = MAX_SCALAR_BYTES;
        if (value instanceof String text) {
            bytes = 2 + MAX_CHAR_BYTES * text.length();
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> member : map.entrySet()) {
                bytes += 2 + atMost(member.getKey()) + atMost(member.getValue());
            }
        } else if (value instanceof List<?> list) {
            for (Object element : list) {
                bytes += 1 + atMost(element);
            }
        }
        return bytes;
    }
}
