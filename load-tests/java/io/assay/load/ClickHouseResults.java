package io.assay.load;

import io.assay.analytics.Batch;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.MetricStore;
import io.assay.analytics.MetricStores;
import io.assay.analytics.MetricTotals;
import io.assay.analytics.Position;
import io.assay.analytics.VariantTotals;
import io.assay.testkit.ClickHouseServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * The results of one of 500 experiments, asked for by one caller after the other, beside that many raw rows. ClickHouse
 * itself makes these from a sequence of numbers: half exposures, half goals, of five million users, received in the course
 * of ten months. The totals, of 16 partitions on each of 90 days, go through the store.
 */
final class ClickHouseResults {
    private static final int EXPERIMENTS = 500;
    private static final int PARTITIONS = 16;
    private static final int DAYS = 90;
    private static final int MONTHS = 10;
    private static final int ASKED = 500;
    private static final long FIRST_DAY = 20_089; // 2025-01-01
    private static final String POSITION = "toUInt32(%d), toUInt32(number %% 16), intDiv(number, 16)";
    private static final String RECORD = "concat('user-', toString(intHash64(number) % 5000000)), "
            + "concat('id-', toString(number)), at, at + 50, toDate(intDiv(at, 86400000))";

    private final long rows;

    ClickHouseResults(Options options) {
        this.rows = options.number("rows", 100_000_000);
    }

    void run(Vertx vertx) throws IOException {
        try (ClickHouseServer server = ClickHouseServer.start(Path.of("target/clickhouse-load"))) {
            JsonObject section = server.newDatabase();
            server.ask("DROP DATABASE IF EXISTS " + section.getString("database"));
            MetricStore store = MetricStores.create(vertx, new JsonObject().put("analytics", section));
            store.migrate().await();
            long begun = System.nanoTime();
            fill(server, section.getString("database"));
            totals(store);
            System.out.printf(
                    "%,d raw rows and the totals of %d experiments, %s on the disk, filled in %,d s%n",
                    rows, EXPERIMENTS, size(server), TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun));
            ask(store, ASKED);
            Histogram latencies = ask(store, ASKED);
            System.out.printf(
                    "results of one experiment: p50 %.1f ms, p99 %.1f ms, longest %.1f ms%n",
                    millis(latencies.getValueAtPercentile(50)),
                    millis(latencies.getValueAtPercentile(99)),
                    millis(latencies.getMaxValue()));
            store.close().await();
        }
    }

    private void fill(ClickHouseServer server, String database) {
        long each = rows / 2 / MONTHS;
        for (int month = 0; month < MONTHS; month++) {
            String numbers = " FROM (SELECT number + %d AS number, toInt64(%d + intHash64(number) %% 2419200000) AS at "
                            .formatted(month * each, (FIRST_DAY + 31L * month) * 86_400_000)
                    + "FROM numbers(" + each + "))";
            server.ask("INSERT INTO " + database + ".exposures_raw (topic, part, log_pos, user_id, event_id, ts, "
                    + "received_ts, received_day, experiment_id, variant_key) SELECT " + POSITION.formatted(1) + ", "
                    + RECORD
                    + ", concat('experiment-', toString(number % 500)), if(number % 2, 'control', 'treatment')"
                    + numbers);
            server.ask("INSERT INTO " + database + ".goals_raw (topic, part, log_pos, user_id, event_id, ts, "
                    + "received_ts, received_day, name, value_micros, properties) SELECT " + POSITION.formatted(2)
                    + ", " + RECORD + ", 'purchase', toInt64(number % 100) * 1000000, ''" + numbers);
        }
    }

    private static void totals(MetricStore store) {
        int topic = store.register("aggregates", "1").await();
        store.store(Batch.ofTotals(
                        List.of(),
                        IntStream.range(0, PARTITIONS)
                                .mapToObj(p -> new Batch.Watermark(
                                        new Position(topic, p, 0), 1, p, PARTITIONS, 1, 1, Batch.Progress.UNKNOWN))
                                .toList()))
                .await();
        for (int day = 0; day < DAYS; day++) {
            List<Batch.AggregateRow> all = new ArrayList<>();
            for (int experiment = 0; experiment < EXPERIMENTS; experiment++) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    long offset = (long) day * EXPERIMENTS + experiment;
                    all.add(new Batch.AggregateRow(
                            new Position(topic, partition, offset),
                            1,
                            "experiment-" + experiment,
                            partition,
                            new Batch.Progress(offset, offset, (FIRST_DAY + day) * 86_400_000),
                            some(offset)));
                }
            }
            store.store(Batch.ofTotals(all, List.of())).await();
        }
    }

    /** Two variants, three metrics. */
    private static ExperimentTotals some(long n) {
        MetricTotals metric = new MetricTotals(
                n, n, BigInteger.valueOf(n), BigInteger.valueOf(n).pow(3));
        VariantTotals variant = new VariantTotals(n, n, Map.of("visit", metric, "purchase", metric, "revenue", metric));
        Map<String, VariantTotals> both = Map.of("control", variant, "treatment", variant);
        return new ExperimentTotals(both, both, 1, 0, Map.of("too_old", n));
    }

    private static Histogram ask(MetricStore store, int times) {
        Random random = new Random(1);
        Histogram latencies = new Histogram(3);
        for (int i = 0; i < times; i++) {
            long begun = System.nanoTime();
            Future<?> answer = store.totals(1, "experiment-" + random.nextInt(EXPERIMENTS));
            answer.await();
            latencies.recordValue(System.nanoTime() - begun);
        }
        return latencies;
    }

    private static String size(ClickHouseServer server) {
        return server.ask("SELECT formatReadableSize(sum(bytes_on_disk)) FROM system.parts WHERE active");
    }

    private static double millis(double nanos) {
        return nanos / 1_000_000;
    }
}
