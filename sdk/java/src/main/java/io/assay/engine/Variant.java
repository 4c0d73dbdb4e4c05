package io.assay.engine;

/**
 * One arm of an experiment.
 *
 * @param buckets how many of the 10,000 buckets it takes
 * @param config compact JSON text of an object, {@code {}} if there is nothing to say
 * @param dropped whether who falls into it is not in the experiment any more
 */
public record Variant(String key, int buckets, String config, boolean dropped) {
    /** The key of the arm that changes nothing. */
    public static final String CONTROL = "control";

    /** The config of a variant that has none. */
    public static final String NO_CONFIG = "{}";

    public Variant {
        if (Utf8.length(key) < 1) {
            throw new IllegalArgumentException("variant key: empty or not valid Unicode");
        }
        if (buckets < 0 || buckets > Slots.COUNT) {
            throw new IllegalArgumentException("variant " + key + ": " + buckets + " buckets (expected: 0 to 10000)");
        }
        if (dropped && key.equals(CONTROL)) {
            throw new IllegalArgumentException("variant control: cannot be dropped");
        }
    }

    /** A variant without config that is not dropped. */
    public static Variant of(String key, int buckets) {
        return new Variant(key, buckets, NO_CONFIG, false);
    }
}
