package io.assay.catalog;

import io.assay.platform.ApiError;
import io.assay.platform.FieldError;
import java.util.ArrayList;
import java.util.List;

/** Everything that is wrong with a request body, collected while it is read. */
final class Findings {
    private static final String UNKNOWN = "unknown_member";
    private final List<FieldError> errors = new ArrayList<>();

    void add(String pointer, String code, String message) {
        errors.add(new FieldError(pointer, code, message));
    }

    void unknown(String pointer, String expected) {
        add(pointer, UNKNOWN, "unknown member (expected: " + expected + ")");
    }

    boolean isEmpty() {
        return errors.isEmpty();
    }

    /** Throws what was found: 400 if a member is unknown, else 422. */
    void refuse() {
        if (errors.isEmpty()) {
            return;
        }
        if (errors.stream().anyMatch(e -> e.code().equals(UNKNOWN))) {
            throw ApiError.of(400, "unknown_member", "The body has members that are not known here.")
                    .withErrors(errors);
        }
        throw ApiError.invalid(errors);
    }
}
