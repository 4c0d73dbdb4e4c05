package io.assay.load;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * How fast events are taken and get into the results, on one machine with everything on it.
 *
 * <ol>
 *   <li>{@code batches}: events accepted over HTTP in batches of 100 beside a plain idempotent producer that sends the same records
 *       to the same broker, in turns; the ratio is the median of the ratios of neighbouring rounds. The join does not run.
 *   <li>{@code latency}: the time to the 201 at a fixed rate, without the join and with it, one event a request and 100.
 *   <li>{@code store}: the time from when an event was due to be sent until the totals of its experiment in the analytics store hold it.
 * </ol>
 */
final class EventsBenchmark {
    private static final String EXPERIMENT = "load_test";

    private final Vertx vertx;
    private final Options options;
    private final List<String> only;
    private final List<String> join;
    private final Path folder;
    private final StringBuilder summary = new StringBuilder();

    EventsBenchmark(Vertx vertx, Options options) throws IOException {
        this.vertx = vertx;
        this.options = options;
        only = Arrays.asList(options.text("only", "batches,latency,store").split(","));
        join = Arrays.asList(options.text("join", "stopped,running").split(","));
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "load-events-");
    }

    void run() throws Exception {
        boolean stopped = only.contains("latency") && join.contains("stopped");
        boolean running = only.contains("latency") && join.contains("running");
        if (only.contains("batches") || stopped) {
            try (EventsStack stack = EventsStack.start(folder.resolve("join-stopped"), false)) {
                stack.experiment(EXPERIMENT);
                if (only.contains("batches")) {
                    summary.append(new EventRates(stack, options).run());
                }
                if (stopped) {
                    latency(stack, "join stopped");
                }
            }
        }
        if (running || only.contains("store")) {
            try (EventsStack stack = EventsStack.start(folder.resolve("join-running"), true)) {
                String experiment = stack.experiment(EXPERIMENT);
                if (running) {
                    latency(stack, "join running");
                }
                if (only.contains("store")) {
                    store(stack, experiment);
                }
            }
        }
        System.out.printf("%n%s", summary);
        vertx.fileSystem().deleteRecursive(folder.toString()).await(); // gigabytes; who failed wants the log in it
    }

    private void latency(EventsStack stack, String how) throws IOException {
        int rate = options.number("rate", 5_000);
        for (Scenario scenario : List.of(Scenario.PURCHASES, Scenario.BATCHES)) {
            Histogram latencies = measure(stack, scenario, rate / scenario.events);
            summary.append("%,d events/s, %d a request, %s: p50 %.1f ms, p99 %.1f ms of the 201 (aim: 50)%n"
                    .formatted(
                            rate,
                            scenario.events,
                            how,
                            latencies.getValueAtPercentile(50) / 1e6,
                            latencies.getValueAtPercentile(99) / 1e6));
        }
    }

    private Histogram measure(EventsStack stack, Scenario scenario, int rate) throws IOException {
        OpenLoop.Result result =
                new OpenLoop(vertx, scenario, at(stack, rate)).run().await();
        Load.print(result);
        if (result.wrong() + result.unanswered() > 0) {
            summary.append("%,d requests were not answered with 201%n".formatted(result.wrong() + result.unanswered()));
        }
        return result.latencies();
    }

    private Options at(EventsStack stack, int rate) throws IOException {
        Map<String, String> values = new HashMap<>(Map.of("warmup", "45", "seconds", "20", "connections", "256"));
        values.putAll(options.values());
        values.put("rate", Integer.toString(rate));
        values.put("url", stack.ingestion().toString());
        values.put("key", stack.key("server"));
        return new Options(values);
    }

    private void store(EventsStack stack, String experiment) throws Exception {
        int rate = options.number("store-rate", 3_000);
        OpenLoop loop = new OpenLoop(vertx, new Journeys(experiment), at(stack, rate / Journeys.EVENTS));
        try (StoreWatch watch = new StoreWatch(vertx, stack, experiment)) {
            Load.print(loop.run().await());
            Histogram latencies = watch.finish(loop);
            summary.append(
                    "%,d events/s: %,d purchases in the totals, p50 %.2f s, p99 %.2f s after they were due (aim: 5 s)%n"
                            .formatted(
                                    rate,
                                    latencies.getTotalCount(),
                                    latencies.getValueAtPercentile(50) / 1e9,
                                    latencies.getValueAtPercentile(99) / 1e9));
        }
    }
}
