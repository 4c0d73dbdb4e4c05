package io.assay.results;

import io.assay.analytics.Scope;
import java.util.List;
import java.util.stream.Stream;

/**
 * What of an answer is asked for.
 *
 * @param diagnostics with what tells how far the figures can be trusted
 */
record Form(Scope scope, boolean diagnostics) {
    /** Every scope without diagnostics. */
    static final List<Form> PLAIN =
            Stream.of(Scope.values()).map(scope -> new Form(scope, false)).toList();

    /** Every scope, without diagnostics and with them. */
    static final List<Form> ALL = Stream.of(Scope.values())
            .flatMap(scope -> Stream.of(new Form(scope, false), new Form(scope, true)))
            .toList();

    /** Its name where answers are kept. */
    String text() {
        return diagnostics ? scope.text() + " diagnostics" : scope.text();
    }
}
