package io.assay.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.engine.Assigner;
import io.assay.engine.Attributes;
import io.assay.engine.Experiment;
import io.assay.engine.Scratch;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** 10,000 users who are put through the engine after each change, and never forget a variant that they had. */
final class FollowedUsers {
    private static final int USERS = 10_000;
    private static final Attributes WEB = new Attributes().add("platform", "web");
    private static final Attributes OTHER = new Attributes();

    private final Map<String, String[]> had = new HashMap<>();
    private Map<String, String[]> have = new HashMap<>();
    private final Scratch scratch = new Scratch();

    /** Who may come and go by the change that was just made; {@code arm}: only users of that variant may leave. */
    record Allowed(Set<String> enter, Set<String> leave, String arm) {
        static final Allowed NOBODY = new Allowed(Set.of(), Set.of(), null);
    }

    /** Evaluates everybody and compares. {@code enter} and {@code leave} hold ids of experiments. */
    void look(CatalogSnapshot served, Allowed allowed) {
        Map<String, String[]> now = evaluate(served);
        Set<String> all = new HashSet<>(have.keySet());
        all.addAll(now.keySet());
        for (String id : all) {
            String[] nobody = new String[USERS];
            compare(id, have.getOrDefault(id, nobody), now.getOrDefault(id, nobody), allowed);
        }
        have = now;
    }

    private Map<String, String[]> evaluate(CatalogSnapshot served) {
        Assigner assigner = new Assigner(served.snapshot()).killing(Set.copyOf(served.killed()));
        Map<String, String[]> now = new HashMap<>();
        served.snapshot().experiments().forEach(e -> now.put(e.id(), new String[USERS]));
        for (int user = 0; user < USERS; user++) {
            assigner.assign("followed-" + user, user % 2 == 0 ? WEB : OTHER, scratch);
            for (int e = 0; e < assigner.size(); e++) {
                Experiment experiment = assigner.snapshot().experiments().get(e);
                int variant = scratch.variants()[e];
                now.get(experiment.id())[user] =
                        variant < 0 ? null : experiment.variants().get(variant).key();
            }
        }
        return now;
    }

    private void compare(String id, String[] before, String[] after, Allowed allowed) {
        String[] ever = had.computeIfAbsent(id, key -> new String[USERS]);
        int entered = 0;
        int left = 0;
        for (int user = 0; user < USERS; user++) {
            if (after[user] != null && ever[user] != null && !after[user].equals(ever[user])) {
                throw new AssertionError(
                        "user " + user + " moved from " + ever[user] + " to " + after[user] + " in " + id);
            }
            ever[user] = after[user] == null ? ever[user] : after[user];
            entered += before[user] == null && after[user] != null ? 1 : 0;
            boolean leaves = before[user] != null && after[user] == null;
            left += leaves && (allowed.arm() == null || !before[user].equals(allowed.arm())) ? 1 : 0;
        }
        boolean mayLeave = allowed.leave().contains(id) && allowed.arm() == null;
        assertThat(allowed.enter().contains(id) ? 0 : entered)
                .as("users who entered " + id)
                .isZero();
        assertThat(mayLeave ? 0 : left).as("users who left " + id).isZero();
    }
}
