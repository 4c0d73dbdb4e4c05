package io.assay.catalog;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an owner says an experiment is: the part that a request may hold. Read and checked by {@link DefinitionReader}.
 *
 * @param targeting the JSON object as written; null: everybody
 * @param layer null: a layer of its own
 * @param rollout in slots of 10,000; null: all that is free at the launch
 * @param overrides variant by user
 * @param start null until the launch, unless given
 * @param end null: open
 */
public record Definition(
        String key,
        String name,
        String description,
        String owner,
        List<VariantDefinition> variants,
        @Nullable Map<String, Object> targeting,
        @Nullable String layer,
        @Nullable Integer rollout,
        Map<String, String> overrides,
        List<MetricChoice> metrics,
        @Nullable Instant start,
        @Nullable Instant end) {
    public Definition {
        variants = List.copyOf(variants);
        metrics = List.copyOf(metrics);
    }

    Definition withKey(String other) {
        return new Definition(
                other, name, description, owner, variants, targeting, layer, rollout, overrides, metrics, start, end);
    }

    Definition withRollout(int slots) {
        return new Definition(
                key, name, description, owner, variants, targeting, layer, slots, overrides, metrics, start, end);
    }

    Definition withWindow(@Nullable Instant from, @Nullable Instant to) {
        return new Definition(
                key, name, description, owner, variants, targeting, layer, rollout, overrides, metrics, from, to);
    }

    /** A new draft like it: all arms, no dates. */
    Definition copy(String other) {
        List<VariantDefinition> arms = variants.stream()
                .map(v -> new VariantDefinition(v.key(), v.buckets(), v.config(), false))
                .toList();
        return new Definition(
                other, name, description, owner, arms, targeting, layer, rollout, overrides, metrics, null, null);
    }
}
