package io.assay.metrics;

import io.assay.analytics.Batch;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.InMemoryMetricStore;
import io.assay.analytics.Position;
import io.assay.analytics.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * One history played through a {@link Partition} per partition, with commits, kills, emissions and a sink that delivers late,
 * again and out of order, all at random. {@link #play} says the first thing that is not as it should be, or "".
 */
final class Simulation {
    /** How this host fails: not at all, by keeping something over a kill that was not committed, or by committing unsaid. */
    enum Host {
        SOUND,
        KEEPS_USERS,
        KEEPS_TOTALS,
        COMMITS_UNSAID
    }

    private final History history;
    private final Random random;
    private final Parts parts;
    private final Host host;
    private final InMemoryMetricStore store;
    private final Definitions definitions;
    private final List<Worker> workers = new ArrayList<>();
    private final List<Batch.AggregateRow> emitted = new ArrayList<>();
    int commits;
    int kills;

    Simulation(History history, Parts parts, Host host, InMemoryMetricStore store) {
        this.history = history;
        this.random = history.random;
        this.parts = new Parts(history.limits, parts.watermarks(), parts.totals(), parts.join());
        this.host = host;
        this.store = store;
        this.definitions = Fakes.definitions(history.definitions.toArray(Definition[]::new));
        for (int p = 0; p < history.partitions; p++) {
            workers.add(new Worker(p));
        }
    }

    String play() {
        try {
            for (var worker : workers) {
                worker.run();
            }
            return workers.stream()
                    .map(Worker::problem)
                    .filter(problem -> !problem.isEmpty())
                    .findFirst()
                    .orElseGet(this::served);
        } catch (RuntimeException e) {
            return e.toString();
        }
    }

    /** After the sink has seen everything, and then an old row again, the served totals are those of the whole log. */
    private String served() {
        for (int i = 0; i < emitted.size(); i++) {
            sink(emitted.get(random.nextInt(emitted.size())));
        }
        emitted.forEach(this::sink);
        if (!emitted.isEmpty()) {
            sink(emitted.get(random.nextInt(emitted.size())));
        }
        for (var e : history.definitions) {
            var expected = ExperimentTotals.NONE;
            for (var worker : workers) {
                expected = expected.plus(worker.partition.totals(e));
            }
            var served = store.totals(1, e.id).result().totals();
            if (!cells(e, served).equals(cells(e, expected))) {
                return "served " + cells(e, served) + " instead of " + cells(e, expected);
            }
        }
        return "";
    }

    private void sink(Batch.AggregateRow row) {
        store.store(Batch.ofTotals(List.of(row), List.of()));
    }

    static Map<String, String> cells(Definition e, ExperimentTotals totals) {
        Map<String, String> cells = new TreeMap<>();
        cells.put(e.id + "/multiple", "" + totals.multipleExposures());
        cells.put(e.id + "/excluded", "" + totals.excludedUsers());
        cells.put(e.id + "/discarded", new TreeMap<>(totals.discarded()).toString());
        for (var scope : Scope.values()) {
            for (var variant : e.variants) {
                var counts = totals.variant(scope, variant);
                var path = e.id + "/" + scope.text() + "/" + variant;
                cells.put(path, counts.exposures() + " users " + counts.impressions() + " times");
                for (var metric : e.metrics) {
                    var m = counts.metric(metric.key());
                    cells.put(
                            path + "/" + metric.key(),
                            m.conversions() + " " + m.events() + " " + m.sumMicros() + " " + m.sumOfSquares());
                }
            }
        }
        return cells;
    }

    /** What one task does: two topics, each in its order, in any order between them. */
    private final class Worker implements Outbox {
        private final int number;
        private final MemoryTable users = new MemoryTable();
        private final MemoryTable state = new MemoryTable();
        private final Map<Source, List<LogRecord>> log = new TreeMap<>();
        private final Map<Source, Integer> positions = new TreeMap<>(Map.of(Source.EXPOSURES, 0, Source.EVENTS, 0));
        private final Map<Source, Integer> committed = new TreeMap<>(positions);
        private final List<Runnable> outputs = new ArrayList<>();
        private final List<String> deadLetters = new ArrayList<>();
        private final Map<String, String> firsts = new TreeMap<>();
        private Partition partition;
        private String problem = "";

        Worker(int number) {
            this.number = number;
            for (var source : Source.values()) {
                log.put(
                        source,
                        history.records.stream()
                                .filter(r -> r.source() == source && r.partition() == number)
                                .toList());
            }
            partition = new Partition(users, state, definitions, this, parts);
        }

        String problem() {
            return problem;
        }

        void run() {
            var preferred = Source.EXPOSURES;
            boolean isInStep = random.nextBoolean();
            while (problem.isEmpty() && (hasMore(Source.EXPOSURES) || hasMore(Source.EVENTS))) {
                if (isInStep) {
                    preferred = nextReceived(Source.EXPOSURES) <= nextReceived(Source.EVENTS)
                            ? Source.EXPOSURES
                            : Source.EVENTS;
                } else if (random.nextInt(8) == 0) {
                    preferred = random.nextBoolean() ? Source.EXPOSURES : Source.EVENTS;
                }
                take(hasMore(preferred) ? preferred : other(preferred));
                switch (random.nextInt(16)) {
                    case 0, 1, 2 -> commit();
                    case 3 -> kill();
                    case 4, 5 -> emit();
                    case 6 -> partition.sweep(1 + random.nextInt(3));
                    default -> {}
                }
            }
            commit();
            kill();
            emit();
            commit();
        }

        private void take(Source source) {
            int at = positions.merge(source, 1, Integer::sum) - 1;
            var record = log.get(source).get(at);
            partition.accept(source, at, record.key(), record.value(), record.received());
        }

        private void emit() {
            var progress = partition.watermarks().progress();
            partition.takeChanges((e, totals) -> outputs.add(() -> emitted.add(new Batch.AggregateRow(
                    new Position(1, number, emitted.size()), 1, e.id, number, progress, totals))));
        }

        private void commit() {
            commits++;
            if (host != Host.COMMITS_UNSAID) {
                partition.beforeCommit();
            }
            users.commit();
            state.commit();
            committed.putAll(positions);
            outputs.forEach(Runnable::run);
            outputs.clear();
            if (problem.isEmpty()) {
                problem = compare();
            }
        }

        private void kill() {
            kills++;
            positions.putAll(committed);
            outputs.clear();
            if (host != Host.KEEPS_USERS) {
                users.rollBack();
            }
            if (host != Host.KEEPS_TOTALS) {
                state.rollBack();
            }
            partition = new Partition(users, state, definitions, this, parts);
        }

        private String compare() {
            List<LogRecord> prefix = new ArrayList<>();
            log.forEach((source, records) -> prefix.addAll(records.subList(0, committed.get(source))));
            var expected = new BruteForce(history, prefix);
            Map<String, String> actual = new TreeMap<>();
            history.definitions.forEach(e -> actual.putAll(cells(e, partition.totals(e))));
            if (!actual.equals(expected.totals)) {
                return "joined " + actual + " instead of " + expected.totals;
            }
            if (!firsts.equals(expected.firsts)) {
                return "first exposures " + firsts + " instead of " + expected.firsts;
            }
            var reasons = deadLetters.stream().sorted().toList();
            return reasons.equals(expected.deadLetters.stream().sorted().toList()) ? "" : "dead letters " + reasons;
        }

        private boolean hasMore(Source source) {
            return positions.get(source) < log.get(source).size();
        }

        private long nextReceived(Source source) {
            return hasMore(source) ? log.get(source).get(positions.get(source)).received() : Long.MAX_VALUE;
        }

        private static Source other(Source source) {
            return source == Source.EXPOSURES ? Source.EVENTS : Source.EXPOSURES;
        }

        @Override
        public void firstExposure(String experimentId, String user, String variant, long ts) {
            outputs.add(() -> firsts.put(experimentId + "/" + user, variant + "@" + ts));
        }

        @Override
        public void noExposure(String experimentId, String user) {
            outputs.add(() -> firsts.remove(experimentId + "/" + user));
        }

        @Override
        public void deadLetter(String reason) {
            outputs.add(() -> deadLetters.add(reason.replaceAll(":.*", "")));
        }
    }
}
