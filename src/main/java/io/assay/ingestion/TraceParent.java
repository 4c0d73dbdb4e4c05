package io.assay.ingestion;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** The W3C trace context of a request, as a header of the records that it becomes. */
final class TraceParent {
    static final String NAME = "traceparent";
    private static final int LENGTH = 55;
    private static final int MAX_LENGTH = 128;

    private TraceParent() {}

    /** The header, or null for a value that is none; that of a later version of the standard is passed on as it is. */
    static @Nullable Header header(@Nullable String value) {
        return value != null && isValid(value)
                ? new RecordHeader(NAME, value.getBytes(StandardCharsets.US_ASCII))
                : null;
    }

    private static boolean isValid(String value) {
        int length = value.length();
        boolean shaped = length >= LENGTH && length <= MAX_LENGTH && isHex(value, 0, 2) && !value.startsWith("ff");
        if (!shaped || (length > LENGTH && (value.startsWith("00") || value.charAt(LENGTH) != '-'))) {
            return false;
        }
        return value.charAt(2) == '-'
                && isNumber(value, 3, 35)
                && value.charAt(35) == '-'
                && isNumber(value, 36, 52)
                && value.charAt(52) == '-'
                && isHex(value, 53, 55)
                && value.chars().allMatch(c -> c > ' ' && c <= '~');
    }

    /** Hexadecimal, and not zero. */
    private static boolean isNumber(String value, int from, int to) {
        boolean isZero = true;
        for (int i = from; i < to; i++) {
            isZero &= value.charAt(i) == '0';
        }
        return !isZero && isHex(value, from, to);
    }

    private static boolean isHex(String value, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = value.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }
}
