package io.assay.catalog;

/**
 * One arm.
 *
 * @param buckets of 10,000
 * @param config compact JSON text of an object
 * @param dropped its users are no longer in the experiment
 */
public record VariantDefinition(String key, int buckets, String config, boolean dropped) {
    static final String CONTROL = "control";
}
