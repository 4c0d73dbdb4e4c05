package io.assay.metrics;

import io.assay.catalog.Generations;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The joins of this node, one for each generation that is counted, and the sink of all of them. Each join has positions in
 * the log and a state of its own; what they write differs by the number of the generation in every key.
 */
final class Joins {
    private static final Logger log = LoggerFactory.getLogger(Joins.class);
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final Vertx vertx;
    private final MetricsConfig config;
    private final Path folder;
    private final Definitions definitions;
    private final Sink sink;
    private final Map<Integer, RunningJoin> running = new ConcurrentHashMap<>();
    private volatile @Nullable Generations wanted;
    private volatile String room = "";
    private volatile boolean closed;
    private boolean isAdjusting;

    Joins(Vertx vertx, MetricsConfig config, Path folder, Definitions definitions, Sink sink) {
        this.vertx = vertx;
        this.config = config;
        this.folder = folder;
        this.definitions = definitions;
        this.sink = sink;
    }

    /** Starts and stops what is needed for exactly these to be counted; to be called again and again, on one context. */
    void want(Generations generations) {
        wanted = generations;
        if (isAdjusting || closed || running.keySet().equals(Set.copyOf(generations.counted()))) {
            return;
        }
        isAdjusting = true;
        vertx.executeBlocking(() -> {
                    adjust(generations);
                    return null;
                })
                .onComplete(done -> {
                    isAdjusting = false;
                    if (done.failed()) {
                        log.warn(
                                "The generations {} are not all counted yet, trying again",
                                generations.counted(),
                                done.cause());
                    }
                });
    }

    private void adjust(Generations generations) throws IOException {
        for (var each : Map.copyOf(running).entrySet()) {
            if (!generations.counted().contains(each.getKey())) {
                log.info("Generation {} is not counted any more", each.getKey());
                each.getValue().retire();
                running.remove(each.getKey());
            }
        }
        for (int generation : generations.counted()) {
            if (!closed && !running.containsKey(generation)) {
                log.info("Counting generation {}", generation);
                running.put(generation, RunningJoin.start(config.of(generation), folder, definitions));
            }
        }
    }

    /** Called every few seconds, with whether the definitions are new enough to count by. */
    void tick(boolean areDefinitionsNew) {
        room = StateFolder.problem(folder);
        running.values().forEach(join -> join.tick(areDefinitionsNew));
    }

    /** "" or why what is served gets no news at the moment. What is built beside it is no reason. */
    String problem() {
        var generations = wanted;
        var served = generations == null ? null : running.get(generations.served());
        String join = served == null ? "it is not known what is to be counted" : served.problem();
        return Stream.of(join, room, sink.problem())
                .filter(problem -> !problem.isEmpty())
                .collect(Collectors.joining("; "));
    }

    /** Completes when all have stopped, those that are just being started, too. */
    Future<Void> close() {
        closed = true;
        return vertx.executeBlocking(() -> List.copyOf(running.values()))
                .compose(all -> Future.join(all.stream().map(this::close).toList()))
                .transform(joins -> vertx.executeBlocking(() -> {
                    sink.close(PATIENCE);
                    return null;
                }));
    }

    private Future<Void> close(RunningJoin join) {
        return vertx.executeBlocking(
                () -> {
                    join.close();
                    return null;
                },
                false);
    }
}
