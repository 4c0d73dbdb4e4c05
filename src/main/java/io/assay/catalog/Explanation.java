package io.assay.catalog;

import io.assay.engine.Assigner;
import io.assay.engine.Assignment;
import io.assay.engine.Attributes;
import io.assay.engine.Bucket;
import io.assay.engine.Experiment;
import io.assay.engine.Holdout;
import io.assay.engine.Reason;
import io.assay.engine.Rule;
import io.assay.engine.Snapshot;
import io.assay.engine.Targeting;
import io.assay.engine.Variant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one user gets of one experiment and why: each step of the evaluation with what it looked at, in their order. The
 * first step whose result is not {@code next} decides; the others are shown with what they would have said.
 */
public final class Explanation {
    private static final String NEXT = "next";
    private static final String OUT = "out";

    private final StoredExperiment stored;
    private final Experiment experiment;
    private final @Nullable Holdout holdout;
    private final String user;
    private final Attributes known;

    Explanation(StoredExperiment stored, @Nullable Holdout holdout, String user, Attributes known) {
        this.stored = stored;
        this.experiment = Served.experiment(stored);
        this.holdout = holdout;
        this.user = user;
        this.known = known;
    }

    /** The id of the experiment. */
    public String experimentId() {
        return stored.id();
    }

    /** As a JSON object. */
    public Map<String, Object> view() {
        boolean killed = stored.life().killed() != null;
        boolean served = stored.life().served();
        Assignment ifServed = evaluate(Set.of());
        Assignment now = killed ? evaluate(Set.of(experiment.key())) : ifServed;
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("experiment_id", stored.id());
        view.put("key", stored.key());
        view.put("status", stored.status().text());
        view.put("user_id", user);
        view.put("variant", served ? key(now) : null);
        view.put("reason", served ? text(now.reason()) : "not_served");
        if (!served) {
            view.put("variant_if_served", key(ifServed));
        }
        view.put("steps", steps(now));
        return view;
    }

    private Assignment evaluate(Set<String> killed) {
        return new Assigner(new Snapshot(0, holdout, List.of(experiment)))
                .killing(killed)
                .explain(user, known)
                .get(0);
    }

    private static @Nullable String key(Assignment assignment) {
        Variant variant = assignment.variant();
        return variant == null ? null : variant.key();
    }

    private static String text(Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    private List<Map<String, Object>> steps(Assignment assignment) {
        return List.of(
                status(), emergency(), override(), holdout(), targeting(), layer(assignment), variant(assignment));
    }

    private static Map<String, Object> step(String name, String result) {
        Map<String, Object> step = new LinkedHashMap<>();
        step.put("step", name);
        step.put("result", result);
        return step;
    }

    private Map<String, Object> status() {
        Map<String, Object> step = step("status", stored.life().served() ? NEXT : OUT);
        step.put("status", stored.status().text());
        step.put("served", stored.life().served());
        put(step, "start", stored.definition().start());
        put(step, "end", stored.definition().end());
        return step;
    }

    private Map<String, Object> emergency() {
        boolean killed = stored.life().killed() != null;
        Map<String, Object> step = step("emergency", killed ? OUT : NEXT);
        step.put("killed", killed);
        return step;
    }

    private Map<String, Object> override() {
        String named = experiment.overrides().get(user);
        boolean dropped = named != null
                && experiment.variants().get(experiment.indexOf(named)).dropped();
        Map<String, Object> step = step("override", named == null || dropped ? NEXT : "in");
        step.put("variant", named);
        if (dropped) {
            step.put("dropped", true);
        }
        return step;
    }

    private Map<String, Object> holdout() {
        Holdout all = holdout;
        if (all == null) {
            Map<String, Object> step = step("holdout", NEXT);
            step.put("slots", List.of());
            return step;
        }
        int bucket = Bucket.of(all.salt(), user);
        Map<String, Object> step = step("holdout", all.slots().holds(bucket) ? OUT : NEXT);
        step.put("salt", all.salt());
        step.put("bucket", bucket);
        step.put("slots", ExperimentJson.ranges(all.slots()));
        return step;
    }

    private Map<String, Object> targeting() {
        Targeting targeting = experiment.targeting();
        Map<String, Object> step = step("targeting", targeting == null || targeting.holds(known) ? NEXT : OUT);
        step.put("rules", rules(targeting).stream().map(this::rule).toList());
        return step;
    }

    private static List<Rule> rules(@Nullable Targeting targeting) {
        List<Rule> rules = new ArrayList<>();
        if (targeting != null && !targeting.platforms().isEmpty()) {
            rules.add(new Rule("platform", "in", targeting.platforms()));
        }
        if (targeting != null && !targeting.userSegments().isEmpty()) {
            rules.add(new Rule("user_segments", "in", targeting.userSegments()));
        }
        rules.addAll(targeting == null ? List.of() : targeting.rules());
        return rules;
    }

    private Map<String, Object> rule(Rule rule) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("attribute", rule.attribute());
        view.put("op", rule.op());
        view.put("values", rule.values());
        view.put("holds", rule.holds(known));
        return view;
    }

    private Map<String, Object> layer(Assignment assignment) {
        Map<String, Object> step = step("layer", stored.slots().holds(assignment.slot()) ? NEXT : OUT);
        step.put("layer", Objects.requireNonNullElse(stored.definition().layer(), stored.key()));
        step.put("salt", stored.layer().salt());
        step.put("bucket", assignment.slot());
        step.put("slots", ExperimentJson.ranges(stored.slots()));
        return step;
    }

    private Map<String, Object> variant(Assignment assignment) {
        List<Map<String, Object>> ranges = new ArrayList<>();
        @Nullable String holder = null;
        boolean dropped = false;
        int from = 0;
        for (Variant variant : experiment.variants()) {
            int to = from + variant.buckets();
            if (assignment.bucket() >= from && assignment.bucket() < to) {
                holder = variant.key();
                dropped = variant.dropped();
            }
            Map<String, Object> range = new LinkedHashMap<>();
            range.put("variant", variant.key());
            range.put("buckets", List.of(from, to));
            range.put("dropped", variant.dropped());
            ranges.add(range);
            from = to;
        }
        Map<String, Object> step = step("variant", dropped ? OUT : "in");
        step.put("salt", experiment.salt());
        step.put("bucket", assignment.bucket());
        step.put("ranges", ranges);
        step.put("variant", holder);
        return step;
    }

    private static void put(Map<String, Object> step, String name, @Nullable Object value) {
        if (value != null) {
            step.put(name, value.toString());
        }
    }
}
