package io.assay.catalog;

import io.assay.platform.ApiError;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The revision that a change is meant for: the header {@code If-Match}. */
public final class Revision {
    /** Whatever it is. */
    public static final Revision ANY = new Revision(List.of());

    private final List<String> tags;

    private Revision(List<String> tags) {
        this.tags = tags;
    }

    /** Reads {@code If-Match}; without one anything matches. */
    public static Revision ifMatch(@Nullable String header) {
        if (header == null || header.trim().equals("*")) {
            return ANY;
        }
        return new Revision(Stream.of(header.split(",")).map(String::trim).toList());
    }

    /** The ETag of a revision. */
    public static String etag(long revision) {
        return "\"" + revision + "\"";
    }

    void require(long revision) {
        if (this != ANY && !tags.contains(etag(revision))) {
            throw ApiError.of(412, "changed_meanwhile", "It is at revision " + revision + " now; read it again.");
        }
    }
}
