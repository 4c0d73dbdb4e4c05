package io.assay.metrics;

import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The definitions of the results, taken word by word over a list of records: slow, without state, and with nothing in common
 * with the join but the definitions of the experiments.
 */
final class BruteForce {
    private static final long L = 72 * History.HOUR;

    private final Limits limits;
    private final List<Definition> definitions;
    private final List<LogRecord> exposures = new ArrayList<>();
    private final List<LogRecord> goals = new ArrayList<>();
    private final List<LogRecord> counting;
    private final Map<String, Long> badFrom = new HashMap<>();
    final List<String> deadLetters = new ArrayList<>();
    final Map<String, String> firsts = new TreeMap<>();
    final Map<String, String> totals = new TreeMap<>();

    private record Shown(String user, String variant, long ts) {}

    /** The log of one partition, exposures and goals each in the order of their topic. */
    BruteForce(History history, List<LogRecord> log) {
        this.limits = history.limits;
        this.definitions = history.definitions;
        Set<String> seen = new HashSet<>();
        boolean hasErasures = log.stream().anyMatch(record -> record.what() instanceof LogRecord.Erase);
        counting = log.stream()
                .filter(record -> !hasErasures || !isErased(record, log))
                .toList();
        Set<LogRecord> counts = Collections.newSetFromMap(new IdentityHashMap<>());
        counts.addAll(counting);
        for (var record : log) {
            var reason = deadLetter(record);
            if (!reason.isEmpty()) {
                deadLetters.add(reason);
            } else if (isEvent(record) && counts.contains(record) && record.received() - ts(record) <= L) {
                long day = Math.floorDiv(ts(record), History.DAY);
                if (seen.add(record.source() + user(record) + "/" + id(record) + "/" + day)) {
                    (record.source() == Source.EXPOSURES ? exposures : goals).add(record);
                }
            }
        }
        findBadDays();
        definitions.forEach(e -> count(e, log));
    }

    private String deadLetter(LogRecord record) {
        if (record.what().equals("junk")) {
            return "unreadable";
        }
        if (record.what() instanceof Exposure x) {
            var e = find(x.experimentId());
            if (e == null) {
                return "unknown_experiment";
            }
            if (!e.variants.contains(x.variant())) {
                return "unknown_variant";
            }
        }
        return isEvent(record) && ts(record) - record.received() > 300_000 ? "timestamp_in_future" : "";
    }

    private static boolean isEvent(LogRecord record) {
        return record.what() instanceof Exposure || record.what() instanceof Goal;
    }

    /** It lies before an erasure in its topic, or its topic has not come to the erasure that the other one has. */
    static boolean isErased(LogRecord record, List<LogRecord> log) {
        if (!isEvent(record)) {
            return false;
        }
        long here = -1;
        long there = -1;
        boolean isBefore = true;
        for (var other : log) {
            if (other == record) {
                isBefore = false;
            } else if (other.what() instanceof LogRecord.Erase erase
                    && erase.user().equals(user(record))) {
                if (other.source() != record.source()) {
                    there = Math.max(there, erase.moment());
                } else if (isBefore) {
                    here = Math.max(here, erase.moment());
                } else {
                    return true;
                }
            }
        }
        return here < there;
    }

    private void findBadDays() {
        Map<String, long[]> counts = new HashMap<>();
        for (var record : exposures) {
            if (++day(counts, record)[0] > limits.exposures()) {
                turnBad(record);
            }
        }
        for (var record : goals) {
            var day = day(counts, record);
            day[2] += Math.abs(((Goal) record.what()).valueMicros());
            if (++day[1] > limits.goals() || day[2] > limits.valueMicros()) {
                turnBad(record);
            }
        }
    }

    private static long[] day(Map<String, long[]> counts, LogRecord record) {
        return counts.computeIfAbsent(user(record) + "/" + Math.floorDiv(ts(record), History.DAY), key -> new long[3]);
    }

    private void turnBad(LogRecord record) {
        badFrom.merge(user(record), Math.floorDiv(ts(record), History.DAY) * History.DAY, Math::min);
    }

    private void count(Definition e, List<LogRecord> log) {
        Map<String, TreeSet<Shown>> shown = new TreeMap<>();
        Set<String> excluded = new HashSet<>();
        for (var record : counting) {
            if (record.what() instanceof Exposure x
                    && x.experimentId().equals(e.id)
                    && deadLetter(record).isEmpty()
                    && record.received() - x.ts() <= L
                    && x.ts() >= e.start
                    && x.ts() < e.end
                    && isOut(e, x.user())) {
                excluded.add(x.user());
            }
        }
        for (var record : exposures) {
            var x = (Exposure) record.what();
            if (x.experimentId().equals(e.id) && x.ts() >= e.start && x.ts() < e.end && !isOut(e, x.user())) {
                shown.computeIfAbsent(x.user(), u -> new TreeSet<>(BruteForce::order))
                        .add(new Shown(x.user(), x.variant(), x.ts()));
            }
        }
        shown.forEach((user, steps) -> firsts.put(
                e.id + "/" + user, steps.first().variant() + "@" + steps.first().ts()));
        long several = shown.values().stream().filter(s -> variants(s) > 1).count();
        put(e, "multiple", several);
        put(e, "excluded", excluded.size());
        for (var variant : e.variants) {
            for (int most : new int[] {99, 1}) {
                counts(e, variant, most, shown);
            }
        }
        discards(e, log);
    }

    private void counts(Definition e, String variant, int most, Map<String, TreeSet<Shown>> shown) {
        var scope = most == 1 ? "clean" : "all";
        long users = 0;
        long impressions = 0;
        for (var steps : shown.values()) {
            long n = steps.stream().filter(s -> s.variant().equals(variant)).count();
            if (n > 0 && variants(steps) <= most) {
                users++;
                impressions += n;
            }
        }
        put(e, scope + "/" + variant, users + " users " + impressions + " times");
        for (var metric : e.metrics) {
            long conversions = 0;
            long events = 0;
            var sum = BigInteger.ZERO;
            var squares = BigInteger.ZERO;
            for (var user : shown.keySet()) {
                if (variants(shown.get(user)) > most) {
                    continue;
                }
                var mine = BigInteger.ZERO;
                long n = 0;
                for (var record : goals) {
                    var goal = (Goal) record.what();
                    if (goal.user().equals(user)
                            && Hash64.of(goal.name()) == metric.event()
                            && variant.equals(credited(e, metric, goal.ts(), shown.get(user)))) {
                        n++;
                        mine = mine.add(BigInteger.valueOf(goal.valueMicros()));
                    }
                }
                conversions += n > 0 ? 1 : 0;
                events += n;
                sum = sum.add(mine);
                squares = squares.add(mine.pow(2));
            }
            put(e, scope + "/" + variant + "/" + metric.key(), conversions + " " + events + " " + sum + " " + squares);
        }
    }

    /** The variant a goal at that time is credited to: the last step not after it, if its run began recently enough. */
    private static String credited(Definition e, Definition.Metric metric, long ts, TreeSet<Shown> steps) {
        Shown run = null;
        for (var step : steps) {
            if (step.ts() <= ts && (run == null || !run.variant().equals(step.variant()))) {
                run = step;
            }
        }
        if (run == null) {
            return "";
        }
        boolean inTime = metric.hasWindow() ? ts < run.ts() + metric.windowMillis() : ts < e.end;
        return inTime ? run.variant() : "";
    }

    private void discards(Definition e, List<LogRecord> log) {
        Map<String, Long> reasons = new TreeMap<>();
        for (var record : log) {
            if (record.what() instanceof Exposure x && x.experimentId().equals(e.id)) {
                var reason = deadLetter(record);
                if (reason.isEmpty() && record.received() - x.ts() > L) {
                    reason = "too_old";
                } else if (reason.isEmpty() && (x.ts() < e.start || x.ts() >= e.end)) {
                    reason = "outside_experiment";
                }
                if (!reason.isEmpty() && record.received() < lastNoted(e)) {
                    reasons.merge(reason, 1L, Long::sum);
                }
            }
        }
        put(e, "discarded", reasons);
    }

    private static long lastNoted(Definition e) {
        return e.finalAt() == Definition.OPEN ? Definition.OPEN : e.finalAt() + L;
    }

    private boolean isOut(Definition e, String user) {
        return badFrom.containsKey(user) && e.cut > badFrom.get(user);
    }

    private static long variants(TreeSet<Shown> steps) {
        return steps.stream().map(Shown::variant).distinct().count();
    }

    private static int order(Shown a, Shown b) {
        return a.ts() != b.ts() ? Long.compare(a.ts(), b.ts()) : a.variant().compareTo(b.variant());
    }

    private void put(Definition e, String what, Object value) {
        totals.put(e.id + "/" + what, value.toString());
    }

    private Definition find(String id) {
        return definitions.stream().filter(e -> e.id.equals(id)).findFirst().orElse(null);
    }

    static long ts(LogRecord record) {
        return record.what() instanceof Exposure x ? x.ts() : ((Goal) record.what()).ts();
    }

    private static String user(LogRecord record) {
        return record.what() instanceof Exposure x ? x.user() : ((Goal) record.what()).user();
    }

    private static String id(LogRecord record) {
        return record.what() instanceof Exposure x ? x.id() : ((Goal) record.what()).id();
    }
}
