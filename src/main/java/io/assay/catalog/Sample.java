package io.assay.catalog;

import io.assay.engine.Assigner;
import io.assay.engine.Attributes;
import io.assay.engine.Experiment;
import io.assay.engine.Scratch;
import io.assay.engine.Snapshot;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A fixed crowd of users, put through the engine to count whom a change would move. Always the same ids, so that the same
 * question has the same answer; one in 100,000 is 0.001 %. Off the event loops, by at most two threads.
 */
final class Sample {
    static final int USERS = 100_000;
    private static final int ENTERS = 1;
    private static final int LEAVES = 2;
    private static final int CHANGES = 4;
    private static final int THREADS = 2;
    private static final int MOST_WAITING = 20;

    private final WorkerExecutor workers;
    private final AtomicInteger waiting = new AtomicInteger();

    Sample(Vertx vertx) {
        workers = vertx.createSharedWorkerExecutor("assay-sample", THREADS);
    }

    /** Runs a count when it is its turn; 503 if too many wait already. */
    <T> Future<T> run(Callable<T> count) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            return Future.failedFuture(ApiError.unavailable("Too many previews are being computed.", 1));
        }
        return workers.executeBlocking(count, false).andThen(done -> waiting.decrementAndGet());
    }

    Future<Void> close() {
        return workers.close();
    }

    /**
     * Counts the users whose variants are not the same in both. Who enters one experiment and leaves another counts as both.
     *
     * @param known what is known about each of them
     */
    static Impact compare(Snapshot before, Snapshot after, Attributes known) {
        List<String> ids = Stream.of(before, after)
                .flatMap(snapshot -> snapshot.experiments().stream())
                .map(Experiment::id)
                .distinct()
                .toList();
        Map<String, Integer> variants = new HashMap<>();
        Side old = new Side(before, ids, variants);
        Side now = new Side(after, ids, variants);
        int[] counts = new int[ENTERS + LEAVES + CHANGES + 1];
        for (int user = 0; user < USERS; user++) {
            String id = "user-" + user;
            counts[differences(old.of(id, known), now.of(id, known))]++;
        }
        return new Impact(
                USERS, count(counts, ENTERS), count(counts, LEAVES), count(counts, CHANGES), USERS - counts[0]);
    }

    private static int count(int[] counts, int difference) {
        return IntStream.range(0, counts.length)
                .filter(differences -> (differences & difference) != 0)
                .map(differences -> counts[differences])
                .sum();
    }

    private static int differences(int[] before, int[] after) {
        int differences = 0;
        for (int e = 0; e < after.length; e++) {
            if (before[e] != after[e]) {
                differences |= before[e] < 0 ? ENTERS : after[e] < 0 ? LEAVES : CHANGES;
            }
        }
        return differences;
    }

    /** One of the two, with its experiments at the places that both agree on, and variants as numbers that both agree on. */
    private static final class Side {
        private final Assigner assigner;
        private final Scratch scratch = new Scratch();
        private final int[] places;
        private final int[][] numbers;
        private final int[] row;

        Side(Snapshot snapshot, List<String> ids, Map<String, Integer> variants) {
            assigner = new Assigner(snapshot);
            row = new int[ids.size()];
            Arrays.fill(row, Assigner.NOT_IN);
            places = snapshot.experiments().stream()
                    .mapToInt(experiment -> ids.indexOf(experiment.id()))
                    .toArray();
            numbers = snapshot.experiments().stream()
                    .map(experiment -> numbers(experiment, variants))
                    .toArray(int[][]::new);
        }

        private static int[] numbers(Experiment experiment, Map<String, Integer> variants) {
            return experiment.variants().stream()
                    .mapToInt(variant -> {
                        int next = variants.size();
                        @Nullable Integer known = variants.putIfAbsent(variant.key(), next);
                        return known == null ? next : known;
                    })
                    .toArray();
        }

        int[] of(String user, Attributes known) {
            assigner.assign(user, known, scratch);
            for (int e = 0; e < places.length; e++) {
                int variant = scratch.variants()[e];
                row[places[e]] = variant == Assigner.NOT_IN ? Assigner.NOT_IN : numbers[e][variant];
            }
            return row;
        }
    }
}
