package io.assay.snapshot;

import java.util.Locale;

/** What became of a document that was offered to this node. */
public enum Outcome {
    /** It is what is served now. */
    APPLIED,
    /** It is what was served already. */
    SAME,
    /** Its version is lower than what is served: refused. */
    LOWER,
    /** Its version is what is served, its content is not: refused, and cause for alarm. */
    MISMATCHED,
    /** Its checksum does not hold: refused, and nothing is lost if it is overwritten. */
    BROKEN,
    /** It is whole, but this node does not understand it: refused, and left for those who may. */
    INVALID;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
