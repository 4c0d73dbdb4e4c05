package io.assay.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One experiment as it is served: who is in it and which variant they get.
 *
 * @param slots the slots of the layer that are in the experiment
 * @param variants in the order in which they take buckets; one is named control
 * @param overrides the variant's key by user id
 */
public record Experiment(
        String id,
        String key,
        String salt,
        Layer layer,
        Slots slots,
        List<Variant> variants,
        @Nullable Targeting targeting,
        Map<String, String> overrides) {
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    public Experiment {
        Bucket.requireSalt(salt);
        require(KEY.matcher(key).matches(), key, "its key is none (expected: " + KEY + ")");
        variants = List.copyOf(variants);
        overrides = Map.copyOf(overrides);
        Set<String> keys = new HashSet<>();
        int buckets = 0;
        for (Variant variant : variants) {
            buckets += variant.buckets();
            require(keys.add(variant.key()), key, "two variants " + variant.key());
        }
        require(keys.contains(Variant.CONTROL), key, "no variant is named control");
        require(buckets == Slots.COUNT, key, "variants take " + buckets + " buckets (expected: 10000)");
        require(keys.containsAll(overrides.values()), key, "an override names no variant");
    }

    /** The place of a variant in the list, or -1. */
    public int indexOf(String variant) {
        for (int i = 0; i < variants.size(); i++) {
            if (variants.get(i).key().equals(variant)) {
                return i;
            }
        }
        return -1;
    }

    /** The same without overrides, as clients get it. */
    public Experiment withoutOverrides() {
        return new Experiment(id, key, salt, layer, slots, variants, targeting, Map.of());
    }

    private static void require(boolean holds, String key, String problem) {
        if (!holds) {
            throw new IllegalArgumentException("experiment " + key + ": " + problem);
        }
    }
}
