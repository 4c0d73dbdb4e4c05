package io.assay.ingestion;

import io.assay.engine.Bucket;
import io.assay.engine.Experiment;
import io.assay.engine.Holdout;
import io.assay.engine.Snapshot;
import io.assay.engine.Variant;
import io.assay.protocol.Exposure;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares the variant that an exposure names with what this node's snapshot gives its user: an SDK that hashes in a way of its
 * own shows here. Nothing is refused for it. The user's attributes are not known here, so targeting is left out; and so are
 * users with an override, which clients don't see. Belongs to one event loop.
 */
final class VariantCheck {
    /** How the two compare. */
    enum Outcome {
        SAME,
        OTHER_VARIANT,
        /** The user's slot is not in the experiment, or is held out. */
        NOT_ENROLLED;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Supplier<Snapshot> served;
    private @Nullable Snapshot indexed;
    private Map<String, Experiment> byId = Map.of();

    VariantCheck(Supplier<Snapshot> served) {
        this.served = served;
    }

    /** The outcome; null if there is nothing to compare with. */
    @SuppressWarnings("ReferenceEquality") // a snapshot that is served anew is another object
    @Nullable
    Outcome compare(Exposure exposure) {
        Snapshot snapshot = served.get();
        if (snapshot != indexed) {
            index(snapshot);
        }
        Experiment experiment = byId.get(exposure.experimentId());
        String user = exposure.user();
        if (experiment == null || experiment.overrides().containsKey(user)) {
            return null;
        }
        Holdout holdout = snapshot.holdout();
        if (holdout != null && holdout.slots().holds(Bucket.of(holdout.salt(), user))) {
            return Outcome.NOT_ENROLLED;
        }
        if (!experiment.slots().holds(Bucket.of(experiment.layer().salt(), user))) {
            return Outcome.NOT_ENROLLED;
        }
        Variant variant = variant(experiment.variants(), Bucket.of(experiment.salt(), user));
        return variant.key().equals(exposure.variant()) ? Outcome.SAME : Outcome.OTHER_VARIANT;
    }

    private void index(Snapshot snapshot) {
        Map<String, Experiment> index = new HashMap<>();
        snapshot.experiments().forEach(experiment -> index.put(experiment.id(), experiment));
        byId = index;
        indexed = snapshot;
    }

    /** Variants take all buckets together. */
    private static Variant variant(List<Variant> variants, int bucket) {
        int bound = 0;
        int at = -1;
        do {
            bound += variants.get(++at).buckets();
        } while (bucket >= bound);
        return variants.get(at);
    }
}
