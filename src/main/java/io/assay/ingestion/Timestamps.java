package io.assay.ingestion;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** Times as clients write them: RFC 3339 with an offset, or a number of milliseconds since 1970. */
final class Timestamps {
    static final String EXPECTED = "RFC 3339 with an offset, or epoch milliseconds";

    /** What is no time, in the place of a time. */
    static final long NONE = Long.MIN_VALUE;

    private static final BigDecimal MAX_MILLIS = new BigDecimal("253402300799999");

    private Timestamps() {}

    /** Epoch milliseconds, or {@link #NONE}. Smaller parts are cut off, a leap second is the next second. */
    static long read(@Nullable Object value) {
        if (value instanceof BigDecimal number) {
            return millis(number);
        }
        return value instanceof String text ? rfc3339(text) : NONE;
    }

    private static long millis(BigDecimal number) {
        if (number.signum() == 0) {
            return 0;
        }
        boolean inRange = number.signum() > 0 && number.compareTo(MAX_MILLIS) <= 0;
        boolean isWhole =
                number.scale() == 0 || (inRange && number.stripTrailingZeros().scale() <= 0);
        return inRange && isWhole ? number.longValue() : NONE;
    }

    private static long rfc3339(String text) {
        int length = text.length();
        boolean shaped = length >= 20
                && length <= 64
                && text.charAt(4) == '-'
                && text.charAt(7) == '-'
                && (text.charAt(10) == 'T' || text.charAt(10) == 't' || text.charAt(10) == ' ')
                && text.charAt(13) == ':'
                && text.charAt(16) == ':';
        if (!shaped) {
            return NONE;
        }
        int fractionEnd = 19;
        if (text.charAt(19) == '.') {
            fractionEnd = 20;
            while (fractionEnd < length && isDigit(text.charAt(fractionEnd))) {
                fractionEnd++;
            }
            if (fractionEnd == 20) {
                return NONE;
            }
        }
        long offset = offsetMillis(text, fractionEnd);
        long local = localMillis(text);
        return offset == NONE || local == NONE ? NONE : local + fraction(text, fractionEnd) - offset;
    }

    private static long localMillis(String text) {
        int year = number(text, 0, 4);
        int month = number(text, 5, 7);
        int day = number(text, 8, 10);
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, 19);
        if (year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
            return NONE;
        }
        try {
            return ((LocalDate.of(year, month, day).toEpochDay() * 24 + hour) * 60 + minute) * 60_000 + second * 1000L;
        } catch (DateTimeException e) {
            return NONE;
        }
    }

    private static int fraction(String text, int end) {
        int millis = 0;
        for (int i = 20; i < 23; i++) {
            millis = millis * 10 + (i < end ? text.charAt(i) - '0' : 0);
        }
        return millis;
    }

    private static long offsetMillis(String text, int at) {
        int left = text.length() - at;
        char sign = left > 0 ? text.charAt(at) : ' ';
        if (left == 1 && (sign == 'Z' || sign == 'z')) {
            return 0;
        }
        if (left != 6 || (sign != '+' && sign != '-') || text.charAt(at + 3) != ':') {
            return NONE;
        }
        int hours = number(text, at + 1, at + 3);
        int minutes = number(text, at + 4, at + 6);
        if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
            return NONE;
        }
        return (sign == '-' ? -1 : 1) * (hours * 60L + minutes) * 60_000;
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            if (!isDigit(text.charAt(i))) {
                return -1;
            }
            number = number * 10 + text.charAt(i) - '0';
        }
        return number;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
