package io.assay.results;

import java.util.LinkedHashMap;
import java.util.Map;

/** Maps that forget what was not asked for the longest. */
final class Newest {
    private Newest() {}

    /** A map that keeps so many entries. */
    static <T> Map<String, T> map(int count) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
                return size() > count;
            }
        };
    }
}
