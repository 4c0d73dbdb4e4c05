package io.assay.load;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Stages beside a bare server that sends the same bytes, measured in turns in one run; then the latency of the stage at a
 * fixed rate.
 *
 * <p>Each server is a process of its own with one event loop. Rounds alternate, so that what else the machine does hits both, and
 * the ratio is the median of the ratios of neighbouring rounds. The processor time that a server's process takes for a request
 * is shown beside its rate: it depends less on who else wants the processor.
 */
final class Compare {
    private static final String SUMMARY = "%-46s %10s %10s %6s %10s %10s %9s%n";

    private final Options options;
    private final int rounds;
    private final int seconds;

    Compare(Options options) {
        this.options = options;
        rounds = options.number("rounds", 9);
        seconds = options.number("seconds", 2);
    }

    void run(Vertx vertx) throws Exception {
        StringBuilder summary =
                new StringBuilder(SUMMARY.formatted("", "bare/s", "assay/s", "ratio", "bare us", "assay us", "p99 ms"));
        for (String name : options.text("only", "layers25,layers500,config304").split(",")) {
            summary.append(run(vertx, Target.of(name)));
        }
        System.out.printf("%n%s", summary);
    }

    private String run(Vertx vertx, Target target) throws Exception {
        System.out.println(target.title);
        try (ChildServer stage = ChildServer.start("assay", "serve", target.name());
                ChildServer bare = ChildServer.start(
                        "bare", "bare", target.name(), stage.url().toString())) {
            List<String> requests = target.requests(stage.url(), options.key());
            bare.warmUp(new MaximumLoop(bare.url(), requests, target.status(), options));
            stage.warmUp(new MaximumLoop(stage.url(), requests, target.status(), options));
            double[] ratios = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                ratios[round] = measure(round, stage, bare);
            }
            return SUMMARY.formatted(
                    target.title,
                    "%,.0f".formatted(bare.rate()),
                    "%,.0f".formatted(stage.rate()),
                    "%.2f".formatted(median(ratios)),
                    "%.2f".formatted(bare.micros()),
                    "%.2f".formatted(stage.micros()),
                    target == Target.CONFIG304 ? "" : "%.2f".formatted(p99(vertx, stage)));
        }
    }

    /** The first of two is another one each time: it may have the better half of a machine that gets slower. */
    private double measure(int round, ChildServer stage, ChildServer bare) throws IOException {
        ChildServer first = round % 2 == 0 ? bare : stage;
        first.measure(seconds);
        (first == bare ? stage : bare).measure(seconds);
        double ratio = stage.lastRate() / bare.lastRate();
        System.out.printf(
                "round %-2d  bare %,7.0f/s %5.2f us   assay %,7.0f/s %5.2f us   ratio %.2f%n",
                round + 1, bare.lastRate(), bare.lastMicros(), stage.lastRate(), stage.lastMicros(), ratio);
        return ratio;
    }

    /** The driver has to warm up as well: what it is behind with when it counts would be taken for the server's latency. */
    private double p99(Vertx vertx, ChildServer stage) {
        Map<String, String> values = new HashMap<>(Map.of(
                "rate",
                "8000",
                "warmup",
                "20",
                "seconds",
                "12",
                "url",
                stage.url().toString()));
        values.keySet().forEach(name -> options.values().computeIfPresent(name, values::put));
        values.put("url", stage.url().toString());
        OpenLoop.Result result = new OpenLoop(vertx, Scenario.ASSIGNMENTS, new Options(values))
                .run()
                .await();
        Load.print(result);
        Histogram latencies = result.latencies();
        return latencies.getValueAtPercentile(99) / 1e6;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
