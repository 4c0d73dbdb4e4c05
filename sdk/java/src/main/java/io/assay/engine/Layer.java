package io.assay.engine;

import org.jspecify.annotations.Nullable;

/**
 * A set of experiments that share 10,000 slots, so that a user is in at most one of them.
 *
 * @param key the name, or null for the layer that one experiment has to itself
 */
public record Layer(@Nullable String key, String salt) {
    public Layer {
        Bucket.requireSalt(salt);
    }
}
