package io.assay.assignment;

import io.assay.engine.Attributes;
import java.util.ArrayList;
import java.util.List;

/** One request for assignments; filled again for each, so it allocates nothing but what the request holds. */
final class Question {
    /** The most names that a query or a body may give. */
    static final int MAX_NAMES = 200;

    final Attributes attributes = new Attributes();
    final List<String> keys = new ArrayList<>();
    String userId = "";
    boolean withConfigs;

    void clear() {
        attributes.clear();
        keys.clear();
        userId = "";
        withConfigs = false;
    }
}
