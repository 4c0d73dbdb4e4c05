package io.assay.drill;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * All that an event passes: a node that takes it and gives results, workers that count it, and around them applications and a
 * referee.
 */
final class Pipeline {
    private static final int CENSUS_EXPERIMENTS = 3;
    private static final long TWO_DAYS = 2 * 86_400_000L;

    private final Scene scene;
    final Node front;
    final List<Node> workers;
    final List<Trial> trials;
    final Referee referee;

    private Pipeline(Scene scene, Node front, List<Node> workers, List<Trial> trials) throws Exception {
        this.scene = scene;
        this.front = front;
        this.workers = workers;
        this.trials = trials;
        this.referee = new Referee(scene, front, trials);
    }

    /** With that many workers and measured experiments, which began two days ago. */
    static Pipeline start(Scene scene, int workers, String... experiments) throws Exception {
        return start(scene, workers, front -> {}, experiments);
    }

    /** The same, with what is to be said to the node in front. */
    static Pipeline start(Scene scene, int workers, Consumer<NodeSpec> before, String... experiments) throws Exception {
        scene.smallCensus();
        scene.servers().broker();
        NodeSpec spec = scene.node("front").roles("admin", "config", "assignment", "ingestion", "results");
        before.accept(spec);
        Node front = spec.launch();
        List<Node> counting = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            counting.add(worker(scene, i).launch());
        }
        front.awaitReady();
        counting.forEach(Node::awaitReady);
        scene.experiments(CENSUS_EXPERIMENTS);
        List<Trial> trials = new ArrayList<>();
        for (String key : experiments) {
            trials.add(launch(scene, key));
        }
        scene.census(List.of(front));
        return new Pipeline(scene, front, counting, trials);
    }

    static NodeSpec worker(Scene scene, int number) {
        return scene.node("worker_" + number).roles("metrics");
    }

    private static Trial launch(Scene scene, String key) throws IOException {
        long start = System.currentTimeMillis() - TWO_DAYS;
        String metrics = String.join(
                ",",
                List.of(Trial.Metric.values()).stream()
                        .map(m -> "{\"key\":\"%s\",\"event\":\"%s\",\"kind\":\"%s\"%s}"
                                .formatted(m.key, m.event, m.kind, m.windowMillis == null ? "" : ",\"window\":\"1h\""))
                        .toList());
        String body =
                """
                {"key":"%s","start":"%s","variants":[{"key":"control","allocation":34},{"key":"blue","allocation":33},
                 {"key":"green","allocation":33}],"metrics":[%s]}"""
                        .formatted(key, Instant.ofEpochMilli(start), metrics);
        return new Trial(scene.launch(body), key, start, Trial.OPEN);
    }

    Node worker() {
        return workers.get(0);
    }

    /** Waits until so much is counted that it can be judged. */
    void awaitCounts() {
        scene.secondsUntil(Duration.ofSeconds(60), referee::hasEnough);
    }

    /** Applications that post to the node in front, that many batches of 20 events a second. */
    EventTraffic traffic(int rate, Behaviour behaviour) throws Exception {
        return new EventTraffic(scene, front.ingestionPort(), behaviour, rate, 20);
    }

    /** The usual ones: 300 events a second of 400 users. */
    EventTraffic traffic() throws Exception {
        return traffic(15, new Behaviour(1, trials, 400));
    }
}
