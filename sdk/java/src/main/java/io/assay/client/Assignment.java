package io.assay.client;

import io.assay.engine.Variant;
import io.assay.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a user gets of one experiment: the variant, its config, and why. */
public final class Assignment {
    private final String experiment;
    private final String variant;
    private final String configJson;
    private final AssignmentReason reason;
    private final boolean in;
    private volatile @Nullable Map<String, @Nullable Object> config;

    private Assignment(String experiment, String variant, String configJson, AssignmentReason reason, boolean in) {
        this.experiment = experiment;
        this.variant = variant;
        this.configJson = configJson;
        this.reason = reason;
        this.in = in;
    }

    static Assignment in(String experiment, String variant, String configJson, AssignmentReason reason) {
        return new Assignment(experiment, variant, configJson, reason, true);
    }

    static Assignment notIn(@Nullable String experiment, String configJson, AssignmentReason reason) {
        return new Assignment(experiment == null ? "" : experiment, Variant.CONTROL, configJson, reason, false);
    }

    static Assignment notIn(@Nullable String experiment, AssignmentReason reason) {
        return notIn(experiment, Variant.NO_CONFIG, reason);
    }

    /** The experiment's key. */
    public String experiment() {
        return experiment;
    }

    /** The variant's key: control for a user who is not in the experiment. */
    public String variant() {
        return variant;
    }

    /** Says whether the user is in the experiment. */
    public boolean isIn() {
        return in;
    }

    /** Why. */
    public AssignmentReason reason() {
        return reason;
    }

    /** The variant's config as compact JSON text of an object. */
    public String configJson() {
        return configJson;
    }

    /** The variant's config: unmodifiable maps and lists, strings, {@code BigDecimal}s, booleans and nulls. */
    public Map<String, @Nullable Object> config() {
        Map<String, @Nullable Object> known = config;
        if (known == null) {
            known = read(configJson);
            config = known;
        }
        return known;
    }

    private static Map<String, @Nullable Object> read(String text) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        try {
            if (Json.parse(text.getBytes(StandardCharsets.UTF_8), Json.Limits.SNAPSHOT) instanceof Map<?, ?> map) {
                map.forEach((name, value) -> copy.put(String.valueOf(name), frozen(value)));
            }
        } catch (Throwable e) {
            copy.clear(); // cannot be: the snapshot's reader wrote this text
        }
        return Collections.unmodifiableMap(copy);
    }

    private static @Nullable Object frozen(@Nullable Object json) {
        if (json instanceof Map<?, ?> map) {
            Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((name, value) -> copy.put(name, frozen(value)));
            return Collections.unmodifiableMap(copy);
        }
        if (json instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            list.forEach(value -> copy.add(frozen(value)));
            return Collections.unmodifiableList(copy);
        }
        return json;
    }

    @Override
    public String toString() {
        return experiment + "=" + variant + " (" + reason + ")";
    }
}
