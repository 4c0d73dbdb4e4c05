package io.assay.metrics;

import java.util.List;

/** Neighbours of the join that do as little as possible. */
final class Fakes {
    private Fakes() {}

    static Definitions definitions(Definition... definitions) {
        var view = new Definitions.View(List.of(definitions));
        return new Definitions() {
            @Override
            public View current() {
                return view;
            }

            @Override
            public View readAfter(long received) {
                return view;
            }
        };
    }

    static Outbox outbox() {
        return new Outbox() {
            @Override
            public void firstExposure(String experimentId, String user, String variant, long ts) {}

            @Override
            public void noExposure(String experimentId, String user) {}

            @Override
            public void deadLetter(String reason) {
                throw new AssertionError(reason);
            }
        };
    }
}
