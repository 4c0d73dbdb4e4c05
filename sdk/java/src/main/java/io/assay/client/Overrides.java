package io.assay.client;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Variants that were set by hand in this client, for one user or for all. Immutable. */
final class Overrides {
    static final Overrides NONE = new Overrides(Collections.emptyMap(), Collections.emptyMap());

    private final Map<String, String> forAll;
    private final Map<String, Map<String, String>> byUser;

    private Overrides(Map<String, String> forAll, Map<String, Map<String, String>> byUser) {
        this.forAll = forAll;
        this.byUser = byUser;
    }

    Overrides withAll(@Nullable Map<String, String> variants) {
        return new Overrides(copied(variants), byUser).orNone();
    }

    Overrides with(String user, @Nullable Map<String, String> variants) {
        Map<String, Map<String, String>> copy = new HashMap<>(byUser);
        Map<String, String> own = copied(variants);
        if (own.isEmpty()) {
            copy.remove(user);
        } else {
            copy.put(user, own);
        }
        return new Overrides(forAll, copy).orNone();
    }

    @Nullable
    String variant(String user, String experiment) {
        Map<String, String> own = byUser.get(user);
        String variant = own == null ? null : own.get(experiment);
        return variant == null ? forAll.get(experiment) : variant;
    }

    /** The variants of a user by experiment. */
    Map<String, String> of(String user) {
        Map<String, String> all = new HashMap<>(forAll);
        all.putAll(byUser.getOrDefault(user, Collections.emptyMap()));
        return all;
    }

    private Overrides orNone() {
        return forAll.isEmpty() && byUser.isEmpty() ? NONE : this;
    }

    private static Map<String, String> copied(@Nullable Map<String, String> variants) {
        Map<String, String> copy = new HashMap<>();
        if (variants != null) {
            variants.forEach((experiment, variant) -> {
                if (experiment != null && variant != null) {
                    copy.put(experiment, variant);
                }
            });
        }
        return copy;
    }
}
