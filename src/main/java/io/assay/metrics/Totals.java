package io.assay.metrics;

import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.MetricTotals;
import io.assay.analytics.Scope;
import io.assay.analytics.VariantTotals;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One partition's running totals, a cell per experiment, scope, variant and metric, and which experiments have changed
 * since the totals were last taken.
 *
 * <p>All of it lives in the table, the changed set too: were it kept in memory only, a crash after a commit would lose it,
 * and what is served would stay old until the experiment changed again. Cells are put there when that is asked for, before
 * each commit; after one that failed, these totals are to be made anew.
 */
class Totals {
    /** What is told of an experiment's data beside its results. The codes are part of the stored form. */
    enum Quality {
        MULTIPLE_EXPOSURES(0, ""),
        EXCLUDED_USERS(1, ""),
        TOO_OLD(2, "too_old"),
        IN_FUTURE(3, "timestamp_in_future"),
        OUTSIDE(4, "outside_experiment"),
        UNKNOWN_VARIANT(5, "unknown_variant");

        private final int code;
        private final String reason;

        Quality(int code, String reason) {
            this.code = code;
            this.reason = reason;
        }
    }

    private static final byte CELLS = 'T';
    private static final byte CHANGED = 'C';
    private static final byte QUALITY = 2;
    private static final byte USERS = 0;
    private static final byte[] PRESENT = {1};

    /** Where a cell is; scope, variant and metric by their codes. */
    private record Place(long experiment, byte scope, byte variant, byte metric) {
        byte[] key() {
            return ByteBuffer.allocate(12)
                    .put(CELLS)
                    .putLong(experiment)
                    .put(scope)
                    .put(variant)
                    .put(metric)
                    .array();
        }
    }

    private static final class Cell {
        private final byte[] key;
        private Tally tally;
        private boolean isWritten = true;

        Cell(byte[] key, Tally tally) {
            this.key = key;
            this.tally = tally;
        }
    }

    private final Table table;
    private final Map<Place, Cell> known = new HashMap<>();
    private final List<Cell> unwritten = new ArrayList<>();
    private final Set<Long> changed = new HashSet<>();
    private final Map<String, Long> discards = new HashMap<>();

    Totals(Table table) {
        this.table = table;
        table.scan(new byte[] {CHANGED}, (key, value) -> changed.add(experimentOf(key)));
    }

    void addUsers(Definition e, Scope scope, int variant, Tally delta) {
        add(e, code(scope), variant, USERS, delta);
    }

    void addCredits(Definition e, Scope scope, int variant, int metric, Tally delta) {
        add(e, code(scope), variant, metric + 1, delta);
    }

    void count(Definition e, Quality quality, long n) {
        if (!quality.reason.isEmpty()) {
            discards.merge(quality.reason, n, Long::sum);
        }
        add(e, QUALITY, quality.code, USERS, Tally.of(n, 0));
    }

    /** The experiments that have changed since they were last taken, by hash. */
    List<Long> changed() {
        return new ArrayList<>(changed);
    }

    /** The experiment's totals; it counts as unchanged from here on. */
    ExperimentTotals take(Definition e) {
        changed.remove(e.hash);
        table.put(changedKey(e.hash), null);
        return read(e);
    }

    /** Records that did not count, by reason, since this was last asked; for the meters, so a crash may lose some. */
    Map<String, Long> takeDiscards() {
        var taken = Map.copyOf(discards);
        discards.clear();
        return taken;
    }

    /** Puts into the table what has changed since the last time. */
    void write() {
        for (var cell : unwritten) {
            table.put(cell.key, cell.tally.toBytes());
            cell.isWritten = true;
        }
        unwritten.clear();
    }

    ExperimentTotals read(Definition e) {
        write();
        var cells = new Cells(e);
        table.scan(ByteBuffer.allocate(9).put(CELLS).putLong(e.hash).array(), cells::visit);
        return cells.totals();
    }

    private void add(Definition e, byte scope, int variant, int metric, Tally delta) {
        var cell = known.computeIfAbsent(new Place(e.hash, scope, (byte) variant, (byte) metric), this::inTable);
        cell.tally = cell.tally.plus(delta);
        if (cell.isWritten) {
            cell.isWritten = false;
            unwritten.add(cell);
        }
        if (changed.add(e.hash)) {
            remember(changedKey(e.hash));
        }
    }

    private Cell inTable(Place place) {
        byte[] key = place.key();
        byte[] value = table.get(key);
        return new Cell(key, value == null ? Tally.ZERO : Tally.of(value));
    }

    void remember(byte[] changedKey) {
        table.put(changedKey, PRESENT);
    }

    private static byte code(Scope scope) {
        return (byte) (scope == Scope.ALL ? 0 : 1);
    }

    private static byte[] changedKey(long experiment) {
        return ByteBuffer.allocate(9).put(CHANGED).putLong(experiment).array();
    }

    private static long experimentOf(byte[] changedKey) {
        return ByteBuffer.wrap(changedKey).getLong(1);
    }

    /** Puts an experiment's cells together. */
    private static final class Cells {
        private final Definition e;
        private final List<Map<String, Tally>> users = List.of(new HashMap<>(), new HashMap<>());
        private final List<Map<String, Map<String, MetricTotals>>> metrics = List.of(new HashMap<>(), new HashMap<>());
        private final Map<Integer, Long> quality = new HashMap<>();

        Cells(Definition e) {
            this.e = e;
        }

        void visit(byte[] key, byte[] value) {
            var tally = Tally.of(value);
            if (key[9] == QUALITY) {
                quality.put((int) key[10], tally.users());
                return;
            }
            var variant = e.variants.get(key[10]);
            if (key[11] == USERS) {
                users.get(key[9]).put(variant, tally);
            } else {
                metrics.get(key[9])
                        .computeIfAbsent(variant, v -> new HashMap<>())
                        .put(
                                e.metrics.get(key[11] - 1).key(),
                                new MetricTotals(tally.users(), tally.times(), tally.sum(), tally.squares()));
            }
        }

        ExperimentTotals totals() {
            Map<String, Long> discarded = new HashMap<>();
            for (var q : Quality.values()) {
                if (!q.reason.isEmpty() && quality.containsKey(q.code)) {
                    discarded.put(q.reason, count(q));
                }
            }
            return new ExperimentTotals(
                    variants(Scope.ALL),
                    variants(Scope.CLEAN),
                    count(Quality.MULTIPLE_EXPOSURES),
                    count(Quality.EXCLUDED_USERS),
                    discarded);
        }

        private long count(Quality q) {
            return quality.getOrDefault(q.code, 0L);
        }

        private Map<String, VariantTotals> variants(Scope scope) {
            Map<String, VariantTotals> byKey = new HashMap<>();
            users.get(code(scope))
                    .forEach((variant, tally) -> byKey.put(
                            variant,
                            new VariantTotals(
                                    tally.users(),
                                    tally.times(),
                                    metrics.get(code(scope)).getOrDefault(variant, Map.of()))));
            return byKey;
        }
    }
}
