package io.assay.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The answers to posted batches: when each was sent, its status, and how long it took. */
final class Posts {
    /**
     * One of them.
     *
     * @param status 0 if there was no answer
     */
    record One(long sentNanos, int status, long nanos) {}

    private final List<One> all;

    Posts() {
        this(new ArrayList<>());
    }

    private Posts(List<One> all) {
        this.all = all;
    }

    synchronized void add(long sentNanos, int status, long nanos) {
        all.add(new One(sentNanos, status, nanos));
    }

    /** Those that were sent in that span. */
    synchronized Posts between(long from, long to) {
        return new Posts(new ArrayList<>(all.stream()
                .filter(one -> one.sentNanos >= from && one.sentNanos < to)
                .toList()));
    }

    /** Those with that status. */
    synchronized Posts of(int status) {
        return new Posts(
                new ArrayList<>(all.stream().filter(one -> one.status == status).toList()));
    }

    synchronized int count() {
        return all.size();
    }

    synchronized double maxMillis() {
        return all.stream().mapToLong(One::nanos).max().orElse(0) / 1e6;
    }

    synchronized double percentileMillis(double percentile) {
        long[] sorted = all.stream().mapToLong(One::nanos).sorted().toArray();
        return sorted.length == 0
                ? 0
                : sorted[Math.max(0, (int) Math.ceil(percentile / 100 * sorted.length) - 1)] / 1e6;
    }

    @Override
    public synchronized String toString() {
        Map<Integer, Long> byStatus =
                all.stream().collect(Collectors.groupingBy(One::status, TreeMap::new, Collectors.counting()));
        return "%,d posts: %s, p99 %.1f ms, max %.1f ms"
                .formatted(all.size(), byStatus, percentileMillis(99), maxMillis());
    }
}
