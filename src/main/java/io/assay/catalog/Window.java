package io.assay.catalog;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** How long after an exposure a goal counts: {@code 45m}, {@code 12h}, {@code 30d}; at most 90 days. */
final class Window {
    private static final Pattern TEXT = Pattern.compile("[1-9][0-9]{0,8}[mhd]");
    private static final long LONGEST_MILLIS = Duration.ofDays(90).toMillis();

    private Window() {}

    /** Its length, or nothing if the text is no window. */
    static OptionalLong parse(String text) {
        if (!TEXT.matcher(text).matches()) {
            return OptionalLong.empty();
        }
        long amount = Long.parseLong(text.substring(0, text.length() - 1));
        Duration length =
                switch (text.charAt(text.length() - 1)) {
                    case 'm' -> Duration.ofMinutes(amount);
                    case 'h' -> Duration.ofHours(amount);
                    default -> Duration.ofDays(amount);
                };
        return length.toMillis() <= LONGEST_MILLIS ? OptionalLong.of(length.toMillis()) : OptionalLong.empty();
    }

    static long millis(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("no window: " + text));
    }
}
