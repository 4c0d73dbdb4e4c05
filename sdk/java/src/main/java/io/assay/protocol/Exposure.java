package io.assay.protocol;

/** A user was shown a variant, at {@code ts} (epoch milliseconds). */
public record Exposure(String id, String user, String experimentId, String variant, long ts) {}
