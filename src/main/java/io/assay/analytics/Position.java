package io.assay.analytics;

/** Where a record stands in the log. {@code topic} is the number {@link MetricStore#register} gave that topic. */
public record Position(int topic, int partition, long offset) {}
