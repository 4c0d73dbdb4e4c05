package io.assay.metrics;

import io.assay.embedded.EmbeddedServers;
import io.assay.platform.KafkaTopics;
import io.assay.platform.Meters;
import io.assay.platform.Topics;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/**
 * The join beside a bare topology over the same log, in turns in one run: one partition, one thread, the embedded broker in
 * the same process, exactly once. Then the size of the state for two numbers of users.
 */
public final class JoinBenchmark implements AutoCloseable {
    private static final String OUT = "bare-out";
    private static final int A_COMMIT = 5_000;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Path folder;
    private final int records;
    private final int users;
    private final long now = System.currentTimeMillis();
    private final EmbeddedServers servers;
    private final JsonObject config;
    private int turns;

    private JoinBenchmark(Path folder, int records, int users) throws Exception {
        this.folder = folder;
        this.records = records;
        this.users = users;
        this.servers = EmbeddedServers.open(folder.resolve("servers"));
        servers.startAll(EmbeddedServers.Kind.KAFKA);
        config = new JsonObject()
                .put("kafka", servers.endpoints().getJsonObject("kafka").put("partitions", 1))
                .put("data", folder.toString());
    }

    /** Prints a line a round and the median of the ratios. */
    public static void throughput(Vertx vertx, int rounds, int records, int users) throws Exception {
        var folder = Files.createTempDirectory("join-benchmark");
        try (var benchmark = new JoinBenchmark(folder, records, users)) {
            benchmark.run(vertx, rounds);
        } finally {
            delete(folder);
        }
    }

    /** Prints a line for each number of users. */
    public static void stateSize(int... users) throws Exception {
        for (int n : users) {
            var folder = Files.createTempDirectory("join-state");
            try {
                new StateSize(n).run(folder);
            } finally {
                delete(folder);
            }
        }
    }

    private void run(Vertx vertx, int rounds) throws Exception {
        var topics = Topics.from(config);
        new KafkaTopics(topics).ensure(vertx, Duration.ofSeconds(60)).await();
        fill(topics);
        int valueBytes = averageValue();
        System.out.printf("%,d records of %,d users, %d bytes of state put on average%n", records, users, valueBytes);
        var rates = new double[rounds];
        var costs = new double[rounds];
        for (int round = -1; round < rounds; round++) {
            boolean isBareFirst = round % 2 == 0;
            var first = isBareFirst ? bare(topics, valueBytes) : join();
            var second = isBareFirst ? join() : bare(topics, valueBytes);
            var bare = isBareFirst ? first : second;
            var join = isBareFirst ? second : first;
            System.out.printf(
                    "%-8s bare %,8.0f/s %5.1f us   join %,8.0f/s %5.1f us   ratio %.2f, of processor time %.2f%n",
                    round < 0 ? "warm-up" : "round " + (round + 1),
                    bare.rate,
                    bare.micros,
                    join.rate,
                    join.micros,
                    join.rate / bare.rate,
                    bare.micros / join.micros);
            if (round >= 0) {
                rates[round] = join.rate / bare.rate;
                costs[round] = bare.micros / join.micros;
            }
        }
        Arrays.sort(rates);
        Arrays.sort(costs);
        System.out.printf("median ratio %.2f, of processor time %.2f%n", rates[rounds / 2], costs[rounds / 2]);
    }

    /** Records a second, and the processor time of a record in all threads of Kafka Streams and its clients. */
    private record Turn(double rate, double micros) {}

    private void fill(Topics topics) throws Exception {
        try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", topics.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(OUT, 1, (short) 1))).all().get();
        }
        Map<String, Object> settings =
                Map.of("bootstrap.servers", topics.bootstrap(), "linger.ms", 20, "batch.size", 200_000);
        try (var producer =
                new KafkaProducer<byte[], byte[]>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (var event : JoinLog.mixed(records, users, now)) {
                var topic = event.source() == Source.EXPOSURES ? topics.exposures() : topics.events();
                producer.send(new ProducerRecord<>(topic, event.key(), event.value()));
            }
        }
    }

    /** What the join puts per record, found by letting it run in memory first. */
    private int averageValue() {
        var table = new MeasuringTable();
        var definitions = Fakes.definitions(JoinLog.definitions(now));
        var partition = new Partition(table, new MemoryTable(), definitions, Fakes.outbox(), Parts.SHIPPED);
        var events = JoinLog.mixed(records, users, now);
        long offset = 0;
        long began = System.nanoTime();
        for (var event : events) {
            partition.accept(event.source(), offset++, event.key(), event.value(), now);
            if (offset % A_COMMIT == 0) {
                partition.beforeCommit();
            }
        }
        System.out.printf("in memory, without Kafka: %.1f us a record%n", (System.nanoTime() - began) / 1e3 / records);
        return (int) (table.bytes / Math.max(1, table.puts));
    }

    private Turn bare(Topics topics, int valueBytes) throws Exception {
        var taken = new LongAdder();
        return rate(BareTopology.of(topics, OUT, valueBytes, taken), taken::sum);
    }

    private Turn join() throws Exception {
        var metrics = MetricsConfig.from(config.copy()
                .put("metrics", new JsonObject().put("generation", turns + 1).put("emitIntervalMillis", 1_000)));
        var exposures = Meters.registry().counter("assay.join.records", "type", "exposure");
        var goals = Meters.registry().counter("assay.join.records", "type", "goal");
        double before = exposures.count() + goals.count();
        var definitions = Fakes.definitions(JoinLog.definitions(now));
        return rate(JoinTopology.of(metrics, definitions), () -> (long) (exposures.count() + goals.count() - before));
    }

    /** From the first record to the last. */
    private Turn rate(Topology topology, LongSupplier taken) throws Exception {
        turns++;
        var home = folder.resolve("turn-" + turns);
        var properties = KafkaSettings.in(home, MetricsConfig.from(config)).streams();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "turn-" + turns);
        try (var streams = new KafkaStreams(topology, properties)) {
            streams.start();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            long first = waitFor(taken, 1, deadline);
            long atFirst = taken.getAsLong();
            long busyAtFirst = busyNanos("turn-" + turns + "-");
            long last = waitFor(taken, records, deadline);
            double counted = records - atFirst;
            double busy = busyNanos("turn-" + turns + "-") - busyAtFirst;
            return new Turn(counted / ((last - first) / 1e9), busy / 1e3 / counted);
        } finally {
            delete(home);
        }
    }

    private static long busyNanos(String application) {
        var threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().contains(application))
                .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
                .sum();
    }

    private static long waitFor(LongSupplier taken, long count, long deadline) {
        while (taken.getAsLong() < count) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(taken.getAsLong() + " records (expected: " + count + ")");
            }
            LockSupport.parkNanos(1_000_000);
        }
        return System.nanoTime();
    }

    @Override
    public void close() {
        servers.close();
    }

    private static void delete(Path folder) throws Exception {
        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(entry);
            }
        }
    }

    private static final class MeasuringTable implements Table {
        private final MemoryTable table = new MemoryTable();
        private long puts;
        private long bytes;

        @Override
        public byte[] get(byte[] key) {
            return table.get(key);
        }

        @Override
        public void put(byte[] key, byte[] value) {
            puts++;
            bytes += value == null ? 0 : value.length;
            table.put(key, value);
        }

        @Override
        public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
            table.scan(prefix, visitor);
        }

        @Override
        public void scanFrom(byte[] first, int limit, BiConsumer<byte[], byte[]> visitor) {
            table.scanFrom(first, limit, visitor);
        }
    }
}
