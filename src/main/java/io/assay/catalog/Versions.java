package io.assay.catalog;

/** The versions of the three documents that are served: each moves exactly when its document changes. */
public record Versions(long config, long emergency, long keys) {}
