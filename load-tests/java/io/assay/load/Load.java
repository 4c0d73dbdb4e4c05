package io.assay.load;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The command of the load tests; {@code load-tests/README.md} says how to use it. */
public final class Load {
    private static final String USAGE =
            "usage: assignments | events | compare | maximum, then --name value; or serve | bare ANSWER";

    private Load() {}

    public static void main(String[] args) throws Exception {
        int loops = Integer.getInteger("event.loops", 2);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops));
        switch (args.length == 0 ? "" : args[0]) {
            case "serve" -> StageServer.run(vertx);
            case "bare" -> BareServer.run(vertx, args[1]);
            case "assignments", "events" -> {
                Scenario scenario = Scenario.valueOf(args[0].toUpperCase(Locale.ROOT));
                print(new OpenLoop(vertx, scenario, Options.of(args, 1)).run().await());
                vertx.close().await();
            }
            case "maximum" -> {
                Options options = Options.of(args, 1);
                int seconds = options.number("seconds", 20);
                MaximumLoop loop = new MaximumLoop(vertx, options.url(Scenario.ASSIGNMENTS.url), options);
                System.out.printf("%,d requests a second%n", loop.run(seconds).await() / seconds);
                vertx.close().await();
            }
            case "compare" -> {
                new Compare(Options.of(args, 1)).run(vertx);
                vertx.close().await();
            }
            default -> {
                System.err.println(USAGE);
                System.exit(2);
            }
        }
    }

    private static void print(OpenLoop.Result result) {
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
