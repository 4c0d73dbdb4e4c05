package io.assay.snapshot;

import org.jspecify.annotations.Nullable;

/**
 * What a source says of a document it holds, without handing it over.
 *
 * @param sha256 null where the source has no checksum before it builds the document
 */
public record Head(long version, @Nullable String sha256) {
    /** Something is there, and it is no document. */
    static final Head UNREADABLE = new Head(Long.MAX_VALUE, null);
}
