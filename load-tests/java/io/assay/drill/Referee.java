package io.assay.drill;

import io.assay.analytics.Batch;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.MetricStore;
import io.assay.analytics.MetricStores;
import io.assay.analytics.MetricTotals;
import io.assay.analytics.Scope;
import io.assay.analytics.VariantTotals;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Compares what is served with what the oracle gives: over the log as the drill reads it itself, and over what applications
 * were told is safe, which no part of the product has touched.
 */
final class Referee implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int TOLD = 3;

    private final Scene scene;
    private final Analyst analyst;
    private final MetricStore store;
    private final RawLog log;
    private List<Trial> trials;
    private int generation;

    Referee(Scene scene, Node front, List<Trial> trials) throws Exception {
        this.scene = scene;
        this.analyst = new Analyst(scene, front);
        this.trials = List.copyOf(trials);
        this.store = MetricStores.create(scene.vertx(), scene.servers().direct());
        this.log = new RawLog(scene.servers().broker());
        this.generation = scene.servers().broker().generation();
        scene.closeAtLast(this);
    }

    void trials(List<Trial> now) {
        trials = List.copyOf(now);
    }

    Analyst analyst() {
        return analyst;
    }

    RawLog log() {
        return log;
    }

    /** Waits until everything is counted that the broker has now; the seconds that took, or infinity. */
    double secondsUntilCounted(Duration patience) {
        long now = System.currentTimeMillis();
        return scene.secondsUntil(patience, () -> asOf() >= now);
    }

    /** Up to when everything received is in the store; 0 if that is not known. */
    long asOf() {
        return asOf(generation);
    }

    long asOf(int of) {
        try {
            Instant asOf = await(store.totals(of, "")).asOf();
            return asOf == null ? 0 : asOf.toEpochMilli();
        } catch (Exception e) {
            return 0;
        }
    }

    List<Batch.AggregateRow> rows(int of, Trial trial) throws Exception {
        return await(store.rows(of, trial.id()));
    }

    int generation() {
        return generation;
    }

    /** From now on this one is served. */
    void generation(int served) {
        generation = served;
    }

    /** The end of a drill: all is acknowledged and counted, served results = oracle over the log = oracle over what was acknowledged. */
    void judge(String when, EventTraffic... traffic) throws Exception {
        List<Event> acknowledged = new ArrayList<>();
        for (EventTraffic each : traffic) {
            acknowledged.addAll(taken(when, each));
        }
        judgeServed(when);
        judgeLog(when, acknowledged);
    }

    /** What was made is good, so that all of it is taken and nobody may refuse it. */
    List<Event> taken(String when, EventTraffic traffic) {
        double seconds = traffic.settle(scene, PATIENCE);
        scene.report().atMost(when + ": everything is acknowledged within", seconds, PATIENCE.toSeconds(), "s");
        scene.report().atMost(when + ": events that were refused", traffic.rejected(), 0);
        return traffic.acknowledged();
    }

    /** Served results = oracle over all of the log. */
    void judgeServed(String when) throws Exception {
        judgeServed(when, System.currentTimeMillis());
    }

    /** The same, when nothing was received since then. */
    void judgeServed(String when, long now) throws Exception {
        scene.report()
                .atMost(
                        when + ": everything is counted within",
                        scene.secondsUntil(PATIENCE, () -> asOf() >= now),
                        PATIENCE.toSeconds(),
                        "s");
        log.readOn();
        Map<String, String> served = new TreeMap<>();
        for (Trial trial : trials) {
            served.putAll(analyst.served(trial, now));
        }
        compare(when + ": served results = oracle over the log", served, overLog());
    }

    /** What is stored at this moment, however old = oracle up to the offsets that each partition's row says it is for. */
    void judgeCommitted(String when) throws Exception {
        Map<String, String> stored = new TreeMap<>();
        Map<Trial, List<Oracle.Bound>> bounds = new LinkedHashMap<>();
        for (Trial trial : trials) {
            List<Batch.AggregateRow> rows = rows(generation, trial);
            stored.putAll(cells(trial, rows));
            bounds.put(
                    trial,
                    rows.stream()
                            .map(row -> new Oracle.Bound(
                                    row.partition(),
                                    row.progress().exposures(),
                                    row.progress().events()))
                            .toList());
        }
        log.readOn();
        Map<String, String> expected = new TreeMap<>();
        try (Oracle oracle = oracle().records(log.exposures(), log.goals())) {
            for (Map.Entry<Trial, List<Oracle.Bound>> each : bounds.entrySet()) {
                String prefix = each.getKey().id() + "/";
                oracle.upTo(each.getValue()).forEach((key, cell) -> {
                    if (key.startsWith(prefix)) {
                        expected.put(key, cell);
                    }
                });
            }
        }
        compare(when + ": stored results = oracle at their offsets", stored, expected);
    }

    /** Whether so much is stored that a comparison says something. */
    boolean hasEnough() {
        Map<String, String> stored = new TreeMap<>();
        try {
            for (Trial trial : trials) {
                stored.putAll(cells(trial, rows(generation, trial)));
            }
        } catch (Exception e) {
            return false; // the store is not there yet
        }
        return isEnough(stored);
    }

    private static Map<String, String> cells(Trial trial, List<Batch.AggregateRow> rows) {
        ExperimentTotals totals =
                rows.stream().map(Batch.AggregateRow::totals).reduce(ExperimentTotals.NONE, ExperimentTotals::plus);
        Map<String, String> cells = new TreeMap<>();
        for (Scope scope : Scope.values()) {
            for (String variant : Trial.VARIANTS) {
                VariantTotals its = totals.variant(scope, variant);
                for (Trial.Metric metric : Trial.Metric.values()) {
                    MetricTotals counted = its.metric(metric.key);
                    cells.put(
                            String.join("/", trial.id(), scope.text(), variant, metric.key),
                            "%d %d %d %d %s %s"
                                    .formatted(
                                            its.exposures(),
                                            its.impressions(),
                                            counted.conversions(),
                                            counted.events(),
                                            counted.sumMicros(),
                                            counted.sumOfSquares()));
                }
            }
        }
        cells.values().removeIf(cell -> cell.startsWith("0 "));
        return cells;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Map<String, String> overLog() throws Exception {
        try (Oracle oracle = oracle()) {
            return oracle.records(log.exposures(), log.goals()).all();
        }
    }

    /** Whatever was acknowledged is in the log, and nothing else. */
    void judgeLog(String when, List<Event> acknowledged) throws Exception {
        List<RawLog.Row<Exposure>> exposures = new ArrayList<>();
        List<RawLog.Row<Goal>> goals = new ArrayList<>();
        for (Event event : acknowledged) {
            if (event.isExposure()) {
                exposures.add(row(
                        exposures.size(),
                        event.ts(),
                        new Exposure(event.id(), event.user(), event.experiment(), event.name(), event.ts())));
            } else {
                goals.add(row(
                        goals.size(),
                        event.ts(),
                        new Goal(event.id(), event.user(), event.name(), event.micros(), event.ts(), null)));
            }
        }
        try (Oracle oracle = oracle()) {
            Map<String, String> expected = oracle.records(exposures, goals).all();
            compare(when + ": oracle over the log = over what got a 201", overLog(), expected);
        }
        scene.report()
                .note("%,d records in the log for %,d events"
                        .formatted(log.exposures().size() + log.goals().size(), acknowledged.size()));
    }

    private static <T> RawLog.Row<T> row(int number, long ts, T what) {
        return new RawLog.Row<>(0, number, ts, what);
    }

    private Oracle oracle() throws Exception {
        return new Oracle(scene.servers().connect()).trials(trials);
    }

    private void compare(String name, Map<String, String> found, Map<String, String> expected) {
        List<String> keys = new ArrayList<>(new TreeMap<>(expected).keySet());
        found.keySet().stream().filter(key -> !expected.containsKey(key)).forEach(keys::add);
        List<String> differences = keys.stream()
                .filter(key -> !expected.getOrDefault(key, "").equals(found.get(key)))
                .map(key -> key + ": " + found.get(key) + ", not " + expected.get(key))
                .toList();
        scene.report()
                .check(
                        name,
                        differences.isEmpty() && isEnough(expected),
                        differences.isEmpty()
                                ? expected.size() + " rows equal, " + converted(expected) + " with conversions"
                                : differences.size() + " of " + keys.size() + " rows differ "
                                        + differences.subList(0, Math.min(TOLD, differences.size())),
                        "no difference, at least %d rows, %d with conversions"
                                .formatted(leastRows(), leastConverted()));
    }

    private boolean isEnough(Map<String, String> cells) {
        return cells.size() >= leastRows() && converted(cells) >= leastConverted();
    }

    private int leastRows() {
        return trials.size() * Trial.VARIANTS.size() * Trial.Metric.values().length;
    }

    private int leastConverted() {
        return trials.size() * Trial.VARIANTS.size();
    }

    private static long converted(Map<String, String> cells) {
        return cells.values().stream().filter(Referee::hasConversions).count();
    }

    private static boolean hasConversions(String cell) {
        return !cell.split(" ")[2].equals("0");
    }

    @Override
    public void close() throws Exception {
        log.close();
        store.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
}
