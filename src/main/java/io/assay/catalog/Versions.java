package io.assay.catalog;

/** The versions of the three documents that are served: each moves exactly when its document changes. */
public record Versions(long config, long emergency, long keys) {
    /** Below any version there is. */
    public static final Versions NONE = new Versions(0, 0, 0);
}
