package io.assay.engine;

import org.jspecify.annotations.Nullable;

/**
 * What one user gets of one experiment, and why.
 *
 * @param variant the variant, or null if the user is not in the experiment
 * @param slot the user's bucket under the layer's salt
 * @param bucket the user's bucket under the experiment's salt
 */
public record Assignment(Experiment experiment, @Nullable Variant variant, Reason reason, int slot, int bucket) {}
