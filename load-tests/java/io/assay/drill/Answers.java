package io.assay.drill;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** All answers to the requests that were due in a span of time. */
public final class Answers {
    private final List<One> all;
    private final long due;

    /**
     * One request.
     *
     * @param dueNanos when it was meant to be sent
     * @param nanos from then to the end of its answer
     * @param status 0 if there was none
     * @param failure what there was instead, else ""
     */
    public record One(long dueNanos, Node node, int status, long nanos, boolean degraded, String failure) {}

    Answers(List<One> all, long due) {
        this.all = List.copyOf(all);
        this.due = due;
    }

    public List<One> all() {
        return all;
    }

    /** Those of one node. */
    public Answers of(Node node) {
        return only(one -> one.node() == node);
    }

    /** A part of them; of what was never answered nobody knows where it belongs, so it is in none. */
    Answers only(Predicate<One> wanted) {
        List<One> part = all.stream().filter(wanted).toList();
        return new Answers(part, part.size());
    }

    public int count() {
        return all.size();
    }

    /** What was due and has neither an answer nor a failure. */
    public long unanswered() {
        return due - all.size();
    }

    /** All that was due, less the answers of 200. */
    public long not200() {
        return due - all.stream().filter(one -> one.status() == 200).count();
    }

    public long degraded() {
        return all.stream().filter(One::degraded).count();
    }

    /** What was wrong, and how often. */
    public Map<String, Long> failures() {
        return all.stream()
                .filter(one -> one.status() != 200)
                .collect(Collectors.groupingBy(
                        one -> one.node() + ": " + (one.status() == 0 ? one.failure() : one.status()),
                        TreeMap::new,
                        Collectors.counting()));
    }

    public double percentileMillis(double percentile) {
        long[] sorted = all.stream().mapToLong(One::nanos).sorted().toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int index = (int) Math.ceil(percentile / 100 * sorted.length) - 1;
        return sorted[Math.max(0, index)] / 1e6;
    }

    public double p50() {
        return percentileMillis(50);
    }

    public double p99() {
        return percentileMillis(99);
    }

    public double max() {
        return Arrays.stream(all.stream().mapToLong(One::nanos).toArray()).max().orElse(0) / 1e6;
    }

    @Override
    public String toString() {
        return "%,d of %,d requests, %,d not 200, %,d degraded, p50 %.2f ms, p99 %.2f ms, max %.1f ms"
                .formatted(count(), due, not200(), degraded(), p50(), p99(), max());
    }
}
