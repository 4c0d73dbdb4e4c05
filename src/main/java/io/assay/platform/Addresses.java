package io.assay.platform;

/** The addresses of the clustered event bus. Delivery is best effort: whoever listens also polls. */
public final class Addresses {
    /** Published with an empty JSON object after a commit that moved a version of the catalog. */
    public static final String CATALOG_CHANGED = "assay.catalog.changed";

    /** Published as {@code {kind, version}} when a document of the snapshot chain has a new version. */
    public static final String DOCUMENT_ANNOUNCED = "assay.document.announced";

    private Addresses() {}
}
