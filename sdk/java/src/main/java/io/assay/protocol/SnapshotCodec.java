package io.assay.protocol;

import io.assay.engine.Experiment;
import io.assay.engine.Holdout;
import io.assay.engine.Layer;
import io.assay.engine.Rule;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Targeting;
import io.assay.engine.Variant;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Snapshots as the JSON that servers and SDKs exchange: the same snapshot is always the same bytes. */
public final class SnapshotCodec {
    /** The only schema there is. */
    public static final int SCHEMA = 1;

    private SnapshotCodec() {}

    /** The bytes of a snapshot; what is default is left out. */
    public static byte[] encode(Snapshot snapshot, boolean withOverrides) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schema", SCHEMA);
        json.put("version", snapshot.version());
        Holdout holdout = snapshot.holdout();
        if (holdout != null) {
            Map<String, Object> part = new LinkedHashMap<>();
            part.put("salt", holdout.salt());
            putSlots(part, holdout.slots());
            json.put("holdout", part);
        }
        json.put(
                "experiments",
                snapshot.experiments().stream()
                        .map(e -> experiment(e, withOverrides))
                        .collect(Collectors.toList()));
        return Json.bytes(json);
    }

    /**
     * The snapshot of bytes; members that are not known are ignored.
     *
     * @throws SnapshotException for what is not a snapshot of this schema in every part, with the path and what was expected
     */
    public static Snapshot decode(byte[] utf8) throws SnapshotException {
        Object json;
        try {
            json = Json.parse(utf8, Json.Limits.SNAPSHOT);
        } catch (JsonException e) {
            throw new SnapshotException("not JSON: " + e.getMessage());
        }
        return SnapshotReader.snapshot(new Node("", json));
    }

    private static Map<String, Object> experiment(Experiment experiment, boolean withOverrides) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", experiment.id());
        json.put("key", experiment.key());
        json.put("salt", experiment.salt());
        json.put("layer", layer(experiment.layer()));
        putSlots(json, experiment.slots());
        json.put(
                "variants",
                experiment.variants().stream().map(SnapshotCodec::variant).collect(Collectors.toList()));
        Targeting targeting = experiment.targeting();
        if (targeting != null) {
            json.put("targeting", targeting(targeting));
        }
        if (withOverrides && !experiment.overrides().isEmpty()) {
            json.put("overrides", new TreeMap<>(experiment.overrides()));
        }
        return json;
    }

    private static Map<String, Object> layer(Layer layer) {
        Map<String, Object> json = new LinkedHashMap<>();
        String key = layer.key();
        if (key != null) {
            json.put("key", key);
        }
        json.put("salt", layer.salt());
        return json;
    }

    private static void putSlots(Map<String, Object> json, Slots slots) {
        if (!slots.equals(Slots.ALL)) {
            json.put(
                    "slots",
                    slots.ranges().stream()
                            .map(range -> List.of(range[0], range[1]))
                            .collect(Collectors.toList()));
        }
    }

    private static Map<String, Object> variant(Variant variant) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("key", variant.key());
        json.put("allocation", allocation(variant.buckets()));
        if (!variant.config().equals(Variant.NO_CONFIG)) {
            json.put("config", new Json.Raw(variant.config()));
        }
        if (variant.dropped()) {
            json.put("dropped", true);
        }
        return json;
    }

    private static BigDecimal allocation(int buckets) {
        return BigDecimal.valueOf(buckets, 2).stripTrailingZeros();
    }

    private static Map<String, Object> targeting(Targeting targeting) {
        Map<String, Object> json = new LinkedHashMap<>();
        if (!targeting.platforms().isEmpty()) {
            json.put("platforms", targeting.platforms());
        }
        if (!targeting.userSegments().isEmpty()) {
            json.put("user_segments", targeting.userSegments());
        }
        if (!targeting.rules().isEmpty()) {
            json.put(
                    "rules", targeting.rules().stream().map(SnapshotCodec::rule).collect(Collectors.toList()));
        }
        return json;
    }

    private static Map<String, Object> rule(Rule rule) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("attribute", rule.attribute());
        json.put("op", rule.op());
        if (!rule.values().isEmpty()) {
            json.put("values", rule.values());
        }
        return json;
    }
}
