package io.assay.snapshot;

import com.hazelcast.config.Config;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import com.hazelcast.spi.merge.SplitBrainMergeTypes.ReplicatedMapMergeTypes;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the documents of the peers when two halves of a split cluster find each other: of each kind the one with
 * the higher version stays, whichever half is larger, older or was written last.
 */
public final class HigherVersion
        implements SplitBrainMergePolicy<Object, ReplicatedMapMergeTypes<Object, Object>, @Nullable Object> {
    private static final long NOTHING = -1;

    /** Made by Hazelcast, on any member, from its name alone. */
    public HigherVersion() {}

    /** Sets it up for the map of documents. */
    public static void mergesDocuments(Config config) {
        config.getReplicatedMapConfig(PeersSource.MAP).getMergePolicyConfig().setPolicy(HigherVersion.class.getName());
    }

    @Override
    public @Nullable Object merge(
            ReplicatedMapMergeTypes<Object, Object> merging,
            @Nullable ReplicatedMapMergeTypes<Object, Object> existing) {
        return version(merging) > version(existing)
                ? merging.getRawValue()
                : existing == null ? null : existing.getRawValue();
    }

    private static long version(@Nullable ReplicatedMapMergeTypes<Object, Object> entry) {
        if (entry == null
                || !(entry.getKey() instanceof String name)
                || !(entry.getValue() instanceof byte[] envelope)) {
            return NOTHING;
        }
        try {
            Kind kind = Kind.of(name).orElse(null);
            return kind == null ? NOTHING : Document.open(kind, envelope).version();
        } catch (UnreadableDocumentException e) {
            return NOTHING;
        }
    }

    @Override
    public void writeData(ObjectDataOutput out) {
        // it has no state
    }

    @Override
    public void readData(ObjectDataInput in) {
        // it has no state
    }
}
