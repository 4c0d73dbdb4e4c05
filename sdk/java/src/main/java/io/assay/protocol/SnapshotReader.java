package io.assay.protocol;

import io.assay.engine.Experiment;
import io.assay.engine.Holdout;
import io.assay.engine.Layer;
import io.assay.engine.Rule;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Targeting;
import io.assay.engine.UserId;
import io.assay.engine.Variant;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The reading half of {@link SnapshotCodec}: from nodes to the engine's types, every part checked. */
final class SnapshotReader {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final long MAX_VERSION = (1L << 53) - 1;

    private SnapshotReader() {}

    static Snapshot snapshot(Node root) {
        Node schema = root.get("schema");
        if (schema.number().compareTo(BigDecimal.valueOf(SnapshotCodec.SCHEMA)) != 0) {
            throw schema.fail("schema " + SnapshotCodec.SCHEMA);
        }
        long version = root.get("version").integer(MAX_VERSION);
        Holdout holdout = holdout(root.find("holdout"));
        Node list = root.get("experiments");
        List<Experiment> experiments =
                list.list().stream().map(SnapshotReader::experiment).collect(Collectors.toList());
        return built(list, () -> new Snapshot(version, holdout, experiments));
    }

    private static @Nullable Holdout holdout(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        String salt = node.get("salt").text();
        Slots slots = slots(node.find("slots"));
        return built(node, () -> new Holdout(salt, slots));
    }

    private static Experiment experiment(Node node) {
        String id = node.get("id").text();
        String key = node.get("key").text();
        String salt = node.get("salt").text();
        Layer layer = layer(node.get("layer"));
        Slots slots = slots(node.find("slots"));
        List<Variant> variants = node.get("variants").list().stream()
                .map(SnapshotReader::variant)
                .collect(Collectors.toList());
        Targeting targeting = targeting(node.find("targeting"));
        Map<String, String> overrides = overrides(node.find("overrides"));
        return built(node, () -> new Experiment(id, key, salt, layer, slots, variants, targeting, overrides));
    }

    private static Layer layer(Node node) {
        Node key = node.find("key");
        String name = key == null ? null : key.text();
        String salt = node.get("salt").text();
        return built(node, () -> new Layer(name, salt));
    }

    private static Slots slots(@Nullable Node node) {
        if (node == null) {
            return Slots.ALL;
        }
        List<Node> list = node.list();
        int[][] ranges = new int[list.size()][];
        for (int i = 0; i < ranges.length; i++) {
            ranges[i] = list.get(i).list().stream()
                    .mapToInt(edge -> (int) edge.integer(Slots.COUNT))
                    .toArray();
        }
        return built(node, () -> Slots.of(ranges));
    }

    private static Variant variant(Node node) {
        String key = node.get("key").text();
        int buckets = buckets(node.get("allocation"));
        Node config = node.find("config");
        String text = config == null ? Variant.NO_CONFIG : Json.write(config.object());
        Node dropped = node.find("dropped");
        boolean gone = dropped != null && dropped.flag();
        return built(node, () -> new Variant(key, buckets, text, gone));
    }

    private static int buckets(Node allocation) {
        BigDecimal percent = allocation.number();
        boolean valid = percent.signum() >= 0
                && percent.compareTo(HUNDRED) <= 0
                && percent.stripTrailingZeros().scale() <= 2;
        if (!valid) {
            throw allocation.fail("a percentage from 0 to 100 with at most two decimals");
        }
        return percent.multiply(HUNDRED).intValue();
    }

    private static @Nullable Targeting targeting(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        List<String> platforms = names(node.find("platforms"));
        List<String> segments = names(node.find("user_segments"));
        Node rules = node.find("rules");
        List<Rule> all = rules == null
                ? List.of()
                : rules.list().stream().map(SnapshotReader::rule).collect(Collectors.toList());
        return built(node, () -> new Targeting(platforms, segments, all));
    }

    private static List<String> names(@Nullable Node node) {
        if (node == null) {
            return List.of();
        }
        List<String> names = node.list().stream().map(Node::text).collect(Collectors.toList());
        if (names.isEmpty()) {
            throw node.fail("1 to " + Rule.MAX_VALUES + " strings");
        }
        return names;
    }

    private static Rule rule(Node node) {
        String attribute = node.get("attribute").text();
        String op = node.get("op").text();
        Node values = node.find("values");
        List<?> list = values == null
                ? List.of()
                : values.list().stream()
                        .map(Node::value)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toList());
        if (values != null && list.size() < values.list().size()) {
            throw values.fail("strings, numbers or booleans");
        }
        return built(node, () -> new Rule(attribute, op, list));
    }

    private static Map<String, String> overrides(@Nullable Node node) {
        Map<String, String> overrides = new HashMap<>();
        if (node != null) {
            node.members().forEach((user, variant) -> {
                if (!UserId.isValid(user)) {
                    throw new SnapshotException(node.path() + ": a user id (expected: " + UserId.EXPECTED + ")");
                }
                overrides.put(user, variant.text());
            });
        }
        return overrides;
    }

    private static <T> T built(Node node, Supplier<T> constructor) {
        try {
            return constructor.get();
        } catch (IllegalArgumentException e) {
            throw node.refuse(e);
        }
    }
}
