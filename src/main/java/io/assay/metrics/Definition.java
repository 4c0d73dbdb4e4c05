package io.assay.metrics;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What is measured of one experiment. Variants and metrics are frozen at launch, so the state refers to them by number:
 * variants in bytewise order of their keys, metrics in the order of theirs.
 */
final class Definition {
    static final long OPEN = Long.MAX_VALUE;
    static final long DAY = 86_400_000;

    /** A conversion or sum on the event of that name (hashed); with {@link #NO_WINDOW} it counts up to the experiment's end. */
    record Metric(String key, long event, long windowMillis) {
        static final long NO_WINDOW = -1;

        boolean hasWindow() {
            return windowMillis != NO_WINDOW;
        }
    }

    private static final Comparator<String> BYTEWISE =
            Comparator.comparing(s -> s.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    final String id;
    final long hash;
    final List<String> variants;
    final List<Metric> metrics;
    final long start;
    final long end;
    /** When nothing can be credited any more: the end plus the longest window. */
    final long cut;

    Definition(String id, List<String> variants, List<Metric> metrics, long start, long end) {
        this.id = id;
        this.hash = Hash64.of(id);
        this.variants = variants.stream().sorted(BYTEWISE).toList();
        this.metrics = metrics.stream()
                .sorted(Comparator.comparing(Metric::key, BYTEWISE))
                .toList();
        this.start = start;
        this.end = end;
        long longest = metrics.stream().mapToLong(Metric::windowMillis).max().orElse(Metric.NO_WINDOW);
        this.cut = end > OPEN - DAY - Math.max(longest, 0) ? OPEN : end + Math.max(longest, 0);
    }

    /** The number of a variant, or -1. */
    int variant(String key) {
        return variants.indexOf(key);
    }

    /** True if a metric is on this event. */
    boolean counts(long event) {
        for (int i = 0; i < metrics.size(); i++) {
            if (metrics.get(i).event == event) {
                return true;
            }
        }
        return false;
    }

    boolean covers(long ts) {
        return start <= ts && ts < end;
    }

    /** The UTC midnight from which, once the horizon is there, nothing of this experiment can change. */
    long finalAt() {
        return cut == OPEN ? OPEN : -Math.floorDiv(-cut, DAY) * DAY;
    }
}
