package io.assay.drill;

import java.util.List;

/**
 * An experiment whose results a drill checks.
 *
 * @param endMillis {@link #OPEN} as long as it runs
 */
record Trial(String id, String key, long startMillis, long endMillis) {
    static final long OPEN = 253_402_300_799_999L;
    static final List<String> VARIANTS = List.of("control", "blue", "green");

    /** What is counted in each of them: by users, by value, and by value within an hour. */
    enum Metric {
        SIGNUP("signup", "signup", "conversion", null),
        BOUGHT("bought", "purchase", "sum", null),
        SOON("soon", "purchase", "sum", 3_600_000L);

        final String key;
        final String event;
        final String kind;
        final Long windowMillis;

        Metric(String key, String event, String kind, Long windowMillis) {
            this.key = key;
            this.event = event;
            this.kind = kind;
            this.windowMillis = windowMillis;
        }
    }

    Trial endingAt(long millis) {
        return new Trial(id, key, startMillis, millis);
    }
}
