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
        List<DeadLetter> deadLetters,
        List<Erasure> erasures) {
    public static final Batch EMPTY =
            new Batch(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    /** A batch of these alone. */
    public static Batch ofRaw(List<RawExposure> exposures, List<RawGoal> goals) {
        return new Batch(exposures, goals, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /** A batch of these alone. */
    public static Batch ofTotals(List<AggregateRow> aggregates, List<Watermark> watermarks) {
        return new Batch(List.of(), List.of(), aggregates, watermarks, List.of(), List.of(), List.of());
    }

    /** A batch of these alone. */
    public static Batch ofFirstExposures(List<FirstExposure> firstExposures) {
        return new Batch(List.of(), List.of(), List.of(), List.of(), firstExposures, List.of(), List.of());
    }

    /** A batch of these alone. */
    public static Batch ofErasures(List<Erasure> erasures) {
        return new Batch(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), erasures);
    }

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

    /**
     * How much of one partition of the log is in some totals: all records below these offsets, and none from there on.
     *
     * @param exposures the next offset in the topic of exposures; -1 if unknown
     * @param events the next offset in the topic of events; -1 if unknown
     * @param received the time of that log: the latest at which one of those records was received; -1 if unknown
     */
    public record Progress(long exposures, long events, long received) {
        public static final Progress UNKNOWN = new Progress(-1, -1, -1);
        private static final long DAY_MILLIS = 86_400_000;

        /** The UTC day of the log's time, counted from 1970; -1 if unknown. */
        public int day() {
            return (int) Math.floorDiv(received, DAY_MILLIS);
        }
    }

    /**
     * The absolute totals of one experiment in one partition of the log; the higher position is the newer row. A row is
     * kept per UTC day, the newest one: it is how the totals stood at the end of that day.
     *
     * @param progress the totals are those of exactly that part of the log
     */
    public record AggregateRow(
            Position at,
            int generation,
            String experimentId,
            int partition,
            Progress progress,
            ExperimentTotals totals) {}

    /**
     * How far one of {@code partitions} partitions is: all received until {@code received} is in its totals, and nothing
     * before {@code horizon} can change.
     *
     * @param received the time of the slower of the two topics; that of {@code progress} is the time of the faster one
     */
    public record Watermark(
            Position at,
            int generation,
            int partition,
            int partitions,
            long received,
            long horizon,
            Progress progress) {}

    /** The first exposure of a user in an experiment; without a variant the user is out of it, which is kept if a row is. */
    public record FirstExposure(
            Position at, int generation, String experimentId, String user, @Nullable String variant, long ts) {}

    /** A record that could not be counted: where it stands in the log, and why. */
    public record DeadLetter(
            Position at, String topic, int partition, long offset, String reason, String key, String value) {}

    /**
     * A user is erased: raw rows and dead letters of that user at lower offsets of the same partition of the same topic
     * are removed, and never taken again; raw rows of earlier topics of the same name are removed as well. First exposures
     * are withdrawn by the join.
     *
     * @param moment both topics hold an erasure of the same moment
     */
    public record Erasure(Position at, String user, long moment) {}
}
