package io.assay.catalog;

import io.assay.engine.Slots;
import io.assay.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Experiments as JSON objects: as a request holds them, and as they are shown. */
public final class ExperimentJson {
    private ExperimentJson() {}

    /** What the owner sees: the definition, and what became of it. Members without a value are left out. */
    public static Map<String, Object> view(StoredExperiment experiment) {
        Definition definition = experiment.definition();
        Life life = experiment.life();
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("experiment_id", experiment.id());
        view.put("key", experiment.key());
        view.put("status", experiment.status().text());
        view.putAll(request(definition));
        view.put("layer", Objects.requireNonNullElse(definition.layer(), experiment.key()));
        view.put("slots", ranges(experiment.slots()));
        put(
                view,
                "measured_metrics",
                life.launched() == null
                        ? null
                        : experiment.measured().stream()
                                .map(MetricDefinition::toMap)
                                .toList());
        view.put("killed", life.killed() != null);
        view.put("served", life.served());
        view.put("revision", experiment.revision());
        view.put("created_at", life.created().toString());
        put(view, "launched_at", life.launched());
        put(view, "concluded_at", life.concluded());
        return view;
    }

    /** The definition as a request would hold it; a merge patch is applied to this. */
    static Map<String, Object> request(Definition definition) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("key", definition.key());
        map.put("name", definition.name());
        map.put("description", definition.description());
        map.put("owner", definition.owner());
        map.put(
                "variants",
                definition.variants().stream().map(ExperimentJson::variant).toList());
        put(map, "targeting", definition.targeting());
        put(map, "layer", definition.layer());
        put(map, "rollout", definition.rollout() == null ? null : Percent.of(definition.rollout()));
        map.put("overrides", definition.overrides());
        map.put("metrics", metrics(definition.metrics()));
        put(map, "start", definition.start());
        put(map, "end", definition.end());
        return map;
    }

    static List<Object> metrics(List<MetricChoice> choices) {
        List<Object> metrics = new ArrayList<>();
        for (MetricChoice choice : choices) {
            MetricDefinition inline = choice.inline();
            metrics.add(inline == null ? choice.key() : inline.toMap());
        }
        return metrics;
    }

    private static Map<String, Object> variant(VariantDefinition variant) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("key", variant.key());
        map.put("allocation", Percent.of(variant.buckets()));
        map.put("config", object(variant.config()));
        if (variant.dropped()) {
            map.put("dropped", true);
        }
        return map;
    }

    private static void put(Map<String, Object> map, String name, @Nullable Object value) {
        if (value instanceof Instant instant) {
            map.put(name, instant.toString());
        } else if (value != null) {
            map.put(name, value);
        }
    }

    /** Slots as half-open ranges: {@code [[0, 5000]]}. */
    static List<List<Integer>> ranges(Slots slots) {
        return slots.ranges().stream().map(r -> List.of(r[0], r[1])).toList();
    }

    /** A JSON object that we wrote ourselves. */
    static Map<String, Object> object(String text) {
        return Objects.requireNonNull(Fields.asMap(value(text)));
    }

    static @Nullable Object value(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8), Json.Limits.SNAPSHOT);
    }
}
