package io.assay.admin;

import io.assay.analytics.Batch.AggregateRow;
import io.assay.analytics.Batch.Watermark;
import io.assay.analytics.Cells;
import io.assay.analytics.MetricStore;
import io.assay.analytics.ServedTotals;
import io.assay.analytics.Standing;
import io.assay.catalog.Generations;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.Metric;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far the generation that is built is beside the served one, and whether both say the same.
 *
 * <p>Both read the same log at paces of their own, so two numbers that differ say something only if they are of the same part
 * of it: at the same offsets, or of an experiment that can't change any more. Of all others it is only said that they move.
 */
final class Rebuild {
    /** As near as a generation that is built comes to one that is served under load, with some room. */
    private static final long CAUGHT_UP_MILLIS = 30_000;

    /** So many experiments are looked at at the same time. */
    private static final int LANES = 8;

    private final MetricStore store;
    private final Generations generations;
    private final Map<Integer, Watermark> served;
    private final Map<Integer, Watermark> built;

    private Rebuild(MetricStore store, Generations generations, List<Watermark> served, List<Watermark> built) {
        this.store = store;
        this.generations = generations;
        this.served = byPartition(served);
        this.built = byPartition(built);
    }

    /** As it stands now, if one is being built. */
    static Future<Rebuild> of(MetricStore store, Generations generations) {
        Integer building = generations.building();
        return store.watermarks(generations.served()).compose(served -> (building == null
                        ? Future.succeededFuture(List.<Watermark>of())
                        : store.watermarks(building))
                .map(built -> new Rebuild(store, generations, served, built)));
    }

    private static Map<Integer, Watermark> byPartition(List<Watermark> watermarks) {
        Map<Integer, Watermark> byPartition = new TreeMap<>();
        watermarks.forEach(watermark -> byPartition.put(watermark.partition(), watermark));
        return byPartition;
    }

    /** Whether nothing would seem to be lost if what is built were served from now on. */
    boolean isCaughtUp() {
        return generations.building() != null
                && served.values().stream().allMatch(mark -> {
                    Watermark own = built.get(mark.partition());
                    return own != null && mark.received() - own.received() <= CAUGHT_UP_MILLIS;
                });
    }

    Map<String, @Nullable Object> view() {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("served", generations.served());
        view.put("building", generations.building());
        Instant since = generations.buildingSince();
        view.put("since", since == null ? null : since.toString());
        view.put("caught_up", isCaughtUp());
        List<Map<String, @Nullable Object>> partitions = new ArrayList<>();
        if (generations.building() != null) {
            served.values().forEach(mark -> partitions.add(view(mark, built.get(mark.partition()))));
        }
        view.put("partitions", partitions);
        return view;
    }

    private static Map<String, @Nullable Object> view(Watermark mark, @Nullable Watermark own) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        long end = records(mark);
        long done = own == null ? 0 : Math.min(end, records(own));
        view.put("partition", mark.partition());
        view.put("records", end);
        view.put("counted", done);
        view.put("lag_seconds", own == null ? null : Math.max(0, (mark.received() - own.received()) / 1_000));
        return view;
    }

    private static long records(Watermark mark) {
        return Math.max(0, mark.progress().exposures())
                + Math.max(0, mark.progress().events());
    }

    /** What both say of every experiment: {@code {equal, different, moving}}. */
    Future<Comparison> compare(List<MeasuredExperiment> experiments) {
        Comparison comparison = new Comparison();
        List<Future<Void>> lanes = new ArrayList<>(Collections.nCopies(LANES, Future.succeededFuture()));
        for (int i = 0; i < experiments.size(); i++) {
            MeasuredExperiment experiment = experiments.get(i);
            lanes.set(i % LANES, lanes.get(i % LANES).compose(v -> compare(experiment, comparison)));
        }
        return Future.all(lanes).map(comparison);
    }

    private Future<Void> compare(MeasuredExperiment experiment, Comparison comparison) {
        int building = Objects.requireNonNull(generations.building());
        Future<List<AggregateRow>> theirs = store.rows(generations.served(), experiment.id());
        Future<List<AggregateRow>> mine = store.rows(building, experiment.id());
        return theirs.compose(rows -> mine.map(own -> {
            comparison.add(experiment, differing(experiment, rows, own));
            return null;
        }));
    }

    /** The cells of partitions that can be compared and differ; null if some differ that can't. */
    private @Nullable List<Cells.Difference> differing(
            MeasuredExperiment experiment, List<AggregateRow> rows, List<AggregateRow> own) {
        Map<Integer, Standing> mine = new TreeMap<>();
        Standing.of(List.copyOf(built.values()), own).forEach(standing -> mine.put(standing.partition(), standing));
        List<Cells.Difference> found = new ArrayList<>();
        boolean moves = false;
        for (Standing theirs : Standing.of(List.copyOf(served.values()), rows)) {
            Standing standing = mine.get(theirs.partition());
            if (standing == null) {
                moves = true;
                continue;
            }
            List<Cells.Difference> here = Cells.of(standing.totals()).differences(Cells.of(theirs.totals()));
            if (theirs.isWhere(standing) || (isFinal(experiment, theirs) && isFinal(experiment, standing))) {
                found.addAll(here);
            } else {
                moves |= !here.isEmpty();
            }
        }
        return moves && found.isEmpty() ? null : found;
    }

    private static boolean isFinal(MeasuredExperiment experiment, Standing standing) {
        Instant horizon = Instant.ofEpochMilli(Math.max(0, standing.horizon()));
        long window = experiment.metrics().stream()
                .map(Metric::windowMillis)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        return new ServedTotals(standing.totals(), horizon, horizon).isFinal(experiment.endMillis(), window);
    }

    /** Which experiments are the same in both generations, which are not, and of which it can't be said at this moment. */
    static final class Comparison {
        private static final int SHOWN = 20;

        private int equal;
        private final List<Map<String, Object>> different = new ArrayList<>();
        private final List<String> moving = new ArrayList<>();

        private void add(MeasuredExperiment experiment, @Nullable List<Cells.Difference> differing) {
            if (differing == null) {
                moving.add(experiment.id());
            } else if (differing.isEmpty()) {
                equal++;
            } else {
                Map<String, Object> view = new LinkedHashMap<>();
                view.put("experiment_id", experiment.id());
                view.put("key", experiment.key());
                view.put("differences", differing.size());
                view.put(
                        "cells",
                        differing.stream().limit(SHOWN).map(Comparison::view).toList());
                different.add(view);
            }
        }

        private static Map<String, Object> view(Cells.Difference difference) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("cell", difference.cell());
            view.put("served", difference.expected().toString());
            view.put("built", difference.found().toString());
            return view;
        }

        /** Whether it could be said of all, and all are the same. */
        boolean isEqual() {
            return different.isEmpty() && moving.isEmpty();
        }

        boolean hasDifferences() {
            return !different.isEmpty();
        }

        /** Whether it can't be said of some whether they are the same. */
        boolean isOpen() {
            return !moving.isEmpty();
        }

        Map<String, Object> view() {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("equal", equal);
            view.put("different", different);
            view.put("moving", moving);
            return view;
        }
    }
}
