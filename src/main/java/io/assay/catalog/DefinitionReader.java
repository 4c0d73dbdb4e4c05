package io.assay.catalog;

import io.assay.protocol.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the definition of an experiment from a JSON object and finds all that is wrong with it at once. */
final class DefinitionReader {
    static final int MAX_VARIANTS = 20;
    static final int MAX_METRICS = 50;
    static final int MAX_OVERRIDES = 100;
    static final int MAX_CONFIG_BYTES = 8 * 1024;
    private static final int MAX_USER_BYTES = 256;
    private static final String[] MEMBERS = {
        "key",
        "name",
        "description",
        "owner",
        "variants",
        "targeting",
        "layer",
        "rollout",
        "overrides",
        "metrics",
        "start",
        "end"
    };

    private static final String[] PATCHABLE =
            Stream.concat(Stream.of("status"), Stream.of(MEMBERS)).toArray(String[]::new);

    private final Findings findings;
    private final Fields body;

    private DefinitionReader(Map<String, ?> body, Findings findings) {
        this.findings = findings;
        this.body = new Fields(body, "", findings).only(MEMBERS);
    }

    /** The definition; throws an {@code ApiError} with everything that is wrong. */
    static Definition read(Map<String, ?> body) {
        return read(body, new Findings());
    }

    /** The same, for a body of which something was found to be wrong already. */
    static Definition read(Map<String, ?> body, Findings found) {
        DefinitionReader reader = new DefinitionReader(body, found);
        Definition definition = reader.definition();
        reader.checkWindow(definition);
        reader.findings.refuse();
        return definition;
    }

    /** The status that a patch asks for, null if none; finds members that no patch can have, too. */
    static @Nullable Status status(Map<String, ?> patch, Findings findings) {
        Fields fields = new Fields(patch, "", findings).only(PATCHABLE);
        Object asked = fields.get("status");
        Status status = asked instanceof String text ? Status.of(text).orElse(null) : null;
        if (status == null && patch.containsKey("status")) {
            fields.wrong("status", "invalid_value", "expected: active, paused or concluded");
        }
        return status;
    }

    /** What of a patch is part of the definition. */
    static Map<String, Object> edits(Map<String, ?> patch) {
        Map<String, Object> edits = new LinkedHashMap<>(patch);
        edits.keySet().retainAll(Set.of(MEMBERS));
        return edits;
    }

    private Definition definition() {
        List<VariantDefinition> variants = variants();
        return new Definition(
                Objects.requireNonNullElse(body.required("key", body.matching("key", Fields.KEY)), ""),
                body.text("name", 200),
                body.text("description", 10_000),
                body.text("owner", 200),
                variants,
                targeting(),
                body.matching("layer", Fields.KEY),
                body.percent("rollout", 1),
                overrides(variants),
                metrics(),
                body.instant("start"),
                body.instant("end"));
    }

    private List<VariantDefinition> variants() {
        List<?> list = body.list("variants", 2, MAX_VARIANTS);
        body.required("variants", list);
        List<VariantDefinition> variants = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            String where = body.at("variants") + "/" + i;
            Fields fields = body.element(list.get(i), where);
            if (fields != null) {
                variants.add(variant(fields.only("key", "allocation", "config", "dropped")));
            }
        }
        if (variants.size() == list.size() && !list.isEmpty()) {
            checkTogether(variants);
        }
        return variants;
    }

    private VariantDefinition variant(Fields fields) {
        String key = fields.required("key", fields.matching("key", Fields.KEY));
        Integer buckets = fields.required("allocation", fields.percent("allocation", 0));
        boolean dropped = fields.truth("dropped");
        if (dropped && VariantDefinition.CONTROL.equals(key)) {
            fields.wrong("dropped", "control_stays", "control can't be dropped");
        }
        return new VariantDefinition(key == null ? "" : key, buckets == null ? -1 : buckets, config(fields), dropped);
    }

    private String config(Fields fields) {
        Fields config = fields.object("config");
        String text = config == null ? "{}" : Json.write(Canonical.object(config.members()));
        if (Fields.utf8Length(text) > MAX_CONFIG_BYTES) {
            fields.wrong("config", "too_large", "expected: at most " + MAX_CONFIG_BYTES + " bytes of compact JSON");
        }
        return text;
    }

    private void checkTogether(List<VariantDefinition> variants) {
        Set<String> keys = new HashSet<>();
        for (VariantDefinition variant : variants) {
            if (!variant.key().isEmpty() && !keys.add(variant.key())) {
                body.wrong("variants", "duplicate", "two variants have the key " + variant.key());
            }
        }
        if (!keys.contains(VariantDefinition.CONTROL)) {
            body.wrong("variants", "no_control", "expected: one variant with the key control");
        }
        int sum = variants.stream().mapToInt(VariantDefinition::buckets).sum();
        if (variants.stream().allMatch(v -> v.buckets() >= 0) && sum != Percent.ALL) {
            body.wrong(
                    "variants",
                    "allocation_sum",
                    "allocations sum to " + Percent.of(sum).toPlainString() + " (expected: 100)");
        }
    }

    private @Nullable Map<String, Object> targeting() {
        Fields targeting = body.object("targeting");
        if (targeting == null) {
            return null;
        }
        new TargetingCheck(findings).check(targeting);
        Map<String, Object> written = Canonical.object(targeting.members());
        written.values().removeIf(Objects::isNull);
        return written.isEmpty() ? null : written;
    }

    private Map<String, String> overrides(List<VariantDefinition> variants) {
        Fields fields = body.object("overrides");
        Map<String, String> overrides = new LinkedHashMap<>();
        if (fields == null) {
            return overrides;
        }
        if (fields.members().size() > MAX_OVERRIDES) {
            body.wrong("overrides", "too_many", "expected: at most " + MAX_OVERRIDES + " users");
        }
        fields.members().forEach((user, value) -> {
            if (user.isEmpty() || Fields.utf8Length(user) > MAX_USER_BYTES || Fields.hasControl(user, "")) {
                fields.wrong(
                        user, "invalid_user_id", "expected: a user id of 1 to 256 bytes without control characters");
            } else if (value instanceof String key
                    && variants.stream().anyMatch(v -> v.key().equals(key))) {
                overrides.put(user, key);
            } else {
                fields.wrong(user, "unknown_variant", "expected: the key of one of the variants");
            }
        });
        return overrides;
    }

    private List<MetricChoice> metrics() {
        List<?> list = body.list("metrics", 0, MAX_METRICS);
        List<MetricChoice> metrics = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            String where = body.at("metrics") + "/" + i;
            MetricChoice metric = MetricReader.choice(list.get(i), where, findings);
            if (metric != null && !keys.add(metric.key())) {
                findings.add(where, "duplicate", "two metrics have the key " + metric.key());
            } else if (metric != null) {
                metrics.add(metric);
            }
        }
        return metrics;
    }

    private void checkWindow(Definition definition) {
        if (definition.start() != null
                && definition.end() != null
                && !definition.start().isBefore(definition.end())) {
            body.wrong("end", "invalid_value", "expected: a time after start");
        }
    }
}
