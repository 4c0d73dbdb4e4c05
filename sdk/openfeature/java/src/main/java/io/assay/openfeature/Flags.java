package io.assay.openfeature;

import io.assay.client.Assignment;
import io.assay.engine.Experiment;
import io.assay.engine.Snapshot;
import io.assay.engine.Variant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The experiments of one snapshot as flags. Immutable. */
final class Flags {
    /** A flag that the snapshot has not: an override of the client names it. */
    private static final Flag UNKNOWN = new Flag(null, false);

    final Snapshot snapshot;
    private final Map<String, Flag> byKey = new HashMap<>();

    /**
     * What is the same for all users.
     *
     * @param experimentId null for an experiment that is not in the snapshot
     * @param isConfigured whether any variant has a config; then values are configs, else keys of variants
     */
    record Flag(@Nullable String experimentId, boolean isConfigured) {
        /** The value of what a user gets: a map or a string. */
        Object value(Assignment assignment) {
            return isConfigured ? assignment.config() : assignment.variant();
        }
    }

    Flags(Snapshot snapshot) {
        this.snapshot = snapshot;
        for (Experiment experiment : snapshot.experiments()) {
            boolean configured =
                    experiment.variants().stream().anyMatch(v -> !v.config().equals(Variant.NO_CONFIG));
            byKey.put(experiment.key(), new Flag(experiment.id(), configured));
        }
    }

    Flag flag(String key) {
        return byKey.getOrDefault(key, UNKNOWN);
    }
}
