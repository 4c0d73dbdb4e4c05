package io.assay.analytics;

import java.util.Comparator;

/** Where a record stands in the log. {@code topic} is the number {@link MetricStore#register} gave that topic. */
public record Position(int topic, int partition, long offset) {
    /** Of two rows of one partition, that of the higher position is the newer one. */
    public static final Comparator<Position> BY_AGE =
            Comparator.comparingInt(Position::topic).thenComparingLong(Position::offset);
}
