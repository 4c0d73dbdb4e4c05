package io.assay.catalog;

import io.assay.engine.Experiment;
import io.assay.engine.Layer;
import io.assay.engine.Rule;
import io.assay.engine.Targeting;
import io.assay.engine.Variant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What of an experiment is served: the engine's form of it. Two that are equal here are one to users. */
final class Served {
    private Served() {}

    /** Nothing, unless it is in the snapshot. */
    static @Nullable Experiment of(StoredExperiment stored) {
        return stored.life().served() ? experiment(stored) : null;
    }

    static Experiment experiment(StoredExperiment stored) {
        Definition definition = stored.definition();
        return new Experiment(
                stored.id(),
                stored.key(),
                stored.identity().salt(),
                new Layer(definition.layer(), stored.layer().salt()),
                stored.slots(),
                definition.variants().stream()
                        .map(v -> new Variant(v.key(), v.buckets(), v.config(), v.dropped()))
                        .toList(),
                targeting(definition.targeting()),
                definition.overrides());
    }

    static @Nullable Targeting targeting(@Nullable Map<String, Object> written) {
        if (written == null) {
            return null;
        }
        return new Targeting(
                strings(written.get("platforms")),
                strings(written.get("user_segments")),
                list(written.get("rules")).stream().map(Served::rule).toList());
    }

    private static Rule rule(Object written) {
        Map<String, Object> rule = Objects.requireNonNull(Fields.asMap(written));
        return new Rule(
                String.valueOf(rule.get("attribute")), String.valueOf(rule.get("op")), list(rule.get("values")));
    }

    private static List<String> strings(@Nullable Object written) {
        return list(written).stream().map(String::valueOf).toList();
    }

    private static List<Object> list(@Nullable Object written) {
        return Stream.ofNullable(written)
                .filter(List.class::isInstance)
                .flatMap(list -> ((List<?>) list).stream())
                .map(element -> (Object) element)
                .toList();
    }
}
