package io.assay.results;

import io.assay.analytics.Batch;
import io.assay.analytics.MetricStore;
import io.assay.catalog.ArmChanges;
import io.assay.catalog.MeasuredExperiment;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads sample ratios, and never holds up the results they go with: as long as one is known it is answered while it is read
 * anew, and the first one is waited for no longer than a second. All users of an experiment are counted for it, so the longer
 * that takes the more rarely it is done: a fiftieth of the time at most. Belongs to one event loop.
 */
final class SampleRatios {
    private static final Logger log = LoggerFactory.getLogger(SampleRatios.class);
    private static final long PATIENCE_MILLIS = 1_000;
    private static final int REST = 50;
    private static final int KEPT = 500;

    private record Known(SampleRatio ratio, long dueMillis) {}

    private final Function<String, Future<ArmChanges>> changes;
    private final MetricStore store;
    private final Clock clock;
    private final Map<String, Known> known = Newest.map(KEPT);
    private final Map<String, Future<SampleRatio>> inFlight = new HashMap<>();

    SampleRatios(Function<String, Future<ArmChanges>> changes, MetricStore store, Clock clock) {
        this.changes = changes;
        this.store = store;
        this.clock = clock;
    }

    /** The sample ratio of an experiment, or the last one that is known, or none; never fails. */
    Future<Optional<SampleRatio>> of(int generation, MeasuredExperiment experiment) {
        Known last = known.get(experiment.id());
        if (last != null && clock.millis() < last.dueMillis()) {
            return Future.succeededFuture(Optional.of(last.ratio()));
        }
        Future<SampleRatio> reading = reading(generation, experiment);
        if (last != null) {
            return Future.succeededFuture(Optional.of(reading.succeeded() ? reading.result() : last.ratio()));
        }
        return reading.timeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .map(Optional::of)
                .otherwise(Optional.empty());
    }

    private Future<SampleRatio> reading(int generation, MeasuredExperiment experiment) {
        String id = experiment.id();
        Future<SampleRatio> running = inFlight.get(id);
        if (running != null) {
            return running;
        }
        long begun = clock.millis();
        Future<SampleRatio> reading = read(generation, experiment)
                .onSuccess(ratio -> {
                    long now = clock.millis();
                    known.put(id, new Known(ratio, now + REST * (now - begun)));
                })
                .onFailure(e -> log.warn("No sample ratio of {}: {}", id, String.valueOf(e)));
        if (!reading.isComplete()) {
            inFlight.put(id, reading);
            reading.onComplete(done -> inFlight.remove(id));
        }
        return reading;
    }

    private Future<SampleRatio> read(int generation, MeasuredExperiment experiment) {
        return changes.apply(experiment.id()).compose(changed -> {
            List<Period> periods = Period.of(experiment, changed.dropped());
            List<Long> starts = periods.stream().map(Period::from).toList();
            Users users = new Users(generation, experiment.id(), starts);
            return starts.isEmpty()
                    ? Future.succeededFuture(new SampleRatio(List.of()))
                    : users.count(changed.overridden()).map(counts -> SampleRatio.of(periods, counts));
        });
    }

    /** The users of an experiment by when they were first exposed to it. */
    private final class Users {
        private final int generation;
        private final String experimentId;
        private final List<Long> starts;

        Users(int generation, String experimentId, List<Long> starts) {
            this.generation = generation;
            this.experimentId = experimentId;
            this.starts = starts;
        }

        /** How many there are per period, by variant, without those few. */
        Future<List<Map<String, Long>>> count(Set<String> without) {
            return store.firstExposures(generation, experimentId, starts).compose(counts -> {
                List<Map<String, Long>> rest = new ArrayList<>();
                counts.forEach(period -> rest.add(new HashMap<>(period)));
                List<Future<Void>> left = without.stream()
                        .map(user -> store.firstExposure(generation, experimentId, user)
                                .<Void>map(found -> {
                                    found.ifPresent(first -> leaveOut(first, rest));
                                    return null;
                                }))
                        .toList();
                return Future.all(left).map(rest);
            });
        }

        private void leaveOut(Batch.FirstExposure first, List<Map<String, Long>> counts) {
            int period = starts.size() - 1;
            while (period >= 0 && starts.get(period) > first.ts()) {
                period--;
            }
            if (period >= 0 && first.variant() != null) {
                counts.get(period).computeIfPresent(first.variant(), (variant, users) -> Math.max(0, users - 1));
            }
        }
    }
}
