package io.assay.load;

import io.assay.metrics.JoinBenchmark;
import io.assay.platform.Meters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MicrometerMetricsFactory;
import java.net.URI;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The command of the load tests; {@code load-tests/README.md} says how to use it. */
public final class Load {
    private static final String USAGE =
            "usage: assignments | purchases | batches | compare | events | join | maximum | clickhouse, then --name value; or serve TARGET | bare TARGET URL";

    private Load() {}

    public static void main(String[] args) throws Exception {
        int loops = Integer.getInteger("event.loops", 2);
        VertxOptions alike = new VertxOptions().setEventLoopPoolSize(loops);
        Vertx vertx = args.length > 0 && args[0].equals("serve") ? measured(alike) : Vertx.vertx(alike);
        switch (args.length == 0 ? "" : args[0]) {
            case "serve" -> StageServer.run(vertx, Target.of(args[1]));
            case "bare" -> BareServer.run(vertx, Target.of(args[1]), args[2]);
            case "assignments", "purchases", "batches" -> {
                Scenario scenario = Scenario.valueOf(args[0].toUpperCase(Locale.ROOT));
                print(new OpenLoop(vertx, scenario, Options.of(args, 1)).run().await());
                vertx.close().await();
            }
            case "maximum" -> {
                Options options = Options.of(args, 1);
                int seconds = options.number("seconds", 20);
                URI url = options.url(Scenario.ASSIGNMENTS.url());
                Target target = Target.of(options.text("only", "layers25"));
                MaximumLoop loop = new MaximumLoop(url, target.requests(url, options.key()), target.status(), options);
                System.out.printf("%,d requests a second%n", loop.run(seconds) / seconds);
                vertx.close().await();
            }
            case "events" -> {
                new EventsBenchmark(vertx, Options.of(args, 1)).run();
                vertx.close().await();
            }
            case "join" -> {
                Options options = Options.of(args, 1);
                int users = options.number("users", 100_000);
                String only = options.text("only", "throughput,state");
                if (only.contains("throughput")) {
                    int records = options.number("records", 400_000);
                    JoinBenchmark.throughput(vertx, options.number("rounds", 5), records, users / 2);
                }
                if (only.contains("state")) {
                    JoinBenchmark.stateSize(users, 2 * users);
                }
                vertx.close().await();
            }
            case "compare" -> {
                new Compare(Options.of(args, 1)).run(vertx);
                vertx.close().await();
            }
            case "clickhouse" -> {
                new ClickHouseResults(Options.of(args, 1)).run(vertx);
                vertx.close().await();
            }
            default -> {
                System.err.println(USAGE);
                System.exit(2);
            }
        }
    }

    /** With the meters that a process of Assay has. */
    private static Vertx measured(VertxOptions options) {
        options.setMetricsOptions(Meters.options());
        return Vertx.builder()
                .with(options)
                .withMetrics(new MicrometerMetricsFactory(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)))
                .build();
    }

    static void print(OpenLoop.Result result) {
        Histogram latencies = result.latencies();
        System.out.printf(
                "sent %,d in %.1f s, counted %,d, wrong status %,d, unanswered %,d%n",
                result.sent(), result.secondsSending(), latencies.getTotalCount(), result.wrong(), result.unanswered());
        for (double percentile : new double[] {50, 90, 99, 99.9, 100}) {
            double nanos = latencies.getValueAtPercentile(percentile);
            System.out.printf("p%-5s %,9.2f ms%n", percentile, nanos / TimeUnit.MILLISECONDS.toNanos(1));
        }
    }
}
