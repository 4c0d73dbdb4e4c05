package io.assay.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Who an experiment is for: all parts that are there must hold.
 *
 * @param platforms one of which the attribute platform must be, empty if any will do
 * @param userSegments one of which must be among the attribute user_segments, empty if any will do
 */
public record Targeting(List<String> platforms, List<String> userSegments, List<Rule> rules) {
    /** The most rules. */
    public static final int MAX_RULES = 20;

    public Targeting {
        platforms = List.copyOf(platforms);
        userSegments = List.copyOf(userSegments);
        rules = List.copyOf(rules);
        if (rules.size() > MAX_RULES) {
            throw new IllegalArgumentException("rules: " + rules.size() + " (expected: at most " + MAX_RULES + ")");
        }
        check("platforms", platforms);
        check("user_segments", userSegments);
    }

    /** Says whether a user with these attributes is meant. */
    public boolean holds(Attributes attributes) {
        for (Rule rule : all()) {
            if (!rule.holds(attributes)) {
                return false;
            }
        }
        return true;
    }

    /** The rules, those that platforms and segments stand for included. */
    List<Rule> all() {
        List<Rule> all = new ArrayList<>(rules.size() + 2);
        if (!platforms.isEmpty()) {
            all.add(new Rule("platform", "in", platforms));
        }
        if (!userSegments.isEmpty()) {
            all.add(new Rule("user_segments", "in", userSegments));
        }
        all.addAll(rules);
        return all;
    }

    private static void check(String name, List<String> values) {
        try {
            Rule.checkValues(values);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }
}
