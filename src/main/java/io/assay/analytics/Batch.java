package io.assay.analytics;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows to store together: all or none of them, and with no effect where they are known or newer ones are. */
public record Batch(
        List<RawExposure> exposures,
        List<RawGoal> goals,
        List<AggregateRow> aggregates,
        List<Watermark> watermarks,
        List<FirstExposure> firstExposures,
        List<DeadLetter> deadLetters) {
    public static final Batch EMPTY = new Batch(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    /** An exposure as it was received, duplicates and all. */
    public record RawExposure(
            Position at, String user, String id, String experimentId, String variant, long ts, long received) {}

    /** A goal as it was received, duplicates and all. */
    public record RawGoal(
            Position at,
            String user,
            String id,
            String name,
            long valueMicros,
            long ts,
            long received,
            @Nullable String properties) {}

    /** The absolute totals of one experiment in one partition of the log; the higher position is the newer row. */
    public record AggregateRow(
            Position at, int generation, String experimentId, int partition, ExperimentTotals totals) {}

    /**
     * How far one of {@code partitions} partitions is: all received until {@code received} is in its totals, and nothing
     * before {@code horizon} can change.
     */
    public record Watermark(Position at, int generation, int partition, int partitions, long received, long horizon) {}

    /** The first exposure of a user in an experiment; without a variant the user is out of it. */
    public record FirstExposure(Position at, String experimentId, String user, @Nullable String variant, long ts) {}

    /** A record that could not be counted: where it stands in the log, and why. */
    public record DeadLetter(
            Position at, String topic, int partition, long offset, String reason, String key, String value) {}
}
