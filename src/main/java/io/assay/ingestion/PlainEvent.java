package io.assay.ingestion;

import org.jspecify.annotations.Nullable;

/**
 * An event in which nothing is wrong by itself, as {@link PlainBatch} reads it.
 *
 * @param name of a goal; of an exposure its experiment, by id or key
 * @param variant of an exposure; null for a goal
 * @param timestamp as it was sent; null if it was not
 * @param claimedMillis the same in milliseconds
 */
record PlainEvent(
        String name,
        @Nullable String variant,
        long micros,
        @Nullable Object timestamp,
        long claimedMillis,
        @Nullable String id,
        @Nullable String properties) {}
