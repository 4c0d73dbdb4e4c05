package io.assay.catalog;

import org.jspecify.annotations.Nullable;

/**
 * A metric as an experiment asks for it: by name, or in full.
 *
 * @param inline null: a name, that means the metric definition of that key at the launch, or else the conversion on the
 *     event of that name
 */
public record MetricChoice(String key, @Nullable MetricDefinition inline) {
    static MetricChoice named(String name) {
        return new MetricChoice(name, null);
    }

    static MetricChoice of(MetricDefinition definition) {
        return new MetricChoice(definition.key(), definition);
    }
}
