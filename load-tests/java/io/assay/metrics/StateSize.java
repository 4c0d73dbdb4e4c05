package io.assay.metrics;

import io.assay.protocol.EventCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * How large the state of the join gets and what a record costs then: every user in every experiment, and three goals each,
 * through one partition into the store that it runs with, without a broker.
 */
final class StateSize {
    private static final int GOALS_EACH = 3;
    private static final int FOLDED_AT_ONCE = 10_000;
    private static final double MEGABYTE = 1 << 20;

    private final int users;
    private final long now = System.currentTimeMillis() / Definition.DAY * Definition.DAY;

    StateSize(int users) {
        this.users = users;
    }

    void run(Path folder) throws IOException {
        var store = open(folder);
        try {
            var partition = new Partition(
                    new StreamsTable(store),
                    new MemoryTable(),
                    Fakes.definitions(JoinLog.definitions(now)),
                    Fakes.outbox(),
                    Parts.SHIPPED);
            long began = System.nanoTime();
            long records = fill(partition);
            double micros = (System.nanoTime() - began) / 1e3 / records;
            store.flush();
            double fresh = size(folder);
            double foldingMicros = fold(partition, records);
            System.out.printf(
                    "%,9d users x %d experiments, %,d records: %.1f us a record, %.0f MB on disk, %.0f bytes a user;"
                            + " folded after 5 days in %.1f us each to %.0f bytes%n",
                    users,
                    JoinLog.EXPERIMENTS,
                    records,
                    micros,
                    fresh / MEGABYTE,
                    fresh / users,
                    foldingMicros,
                    (double) valueBytes(store) / users);
        } finally {
            store.close();
        }
    }

    private long fill(Partition partition) {
        long records = 0;
        long all = (long) users * (JoinLog.EXPERIMENTS + GOALS_EACH);
        for (int turn = 0; turn < JoinLog.EXPERIMENTS + GOALS_EACH; turn++) {
            for (int i = 0; i < users; i++) {
                // every user once a turn, far from the one before
                int user = (int) (i * 7_919L % users);
                long ts = now + records * 12 * 3_600_000L / all;
                var event = turn < JoinLog.EXPERIMENTS
                        ? JoinLog.exposure(user, turn, records, ts)
                        : JoinLog.goal(user, turn - JoinLog.EXPERIMENTS, records, ts);
                partition.accept(event.source(), records++, event.key(), event.value(), ts + 1_000);
            }
        }
        return records;
    }

    /** Microseconds for each user. */
    private double fold(Partition partition, long offset) {
        long later = now + 5 * Definition.DAY;
        for (var source : Source.values()) {
            partition.accept(source, offset, EventCodec.heartbeatKey(), EventCodec.heartbeat(), later);
        }
        long began = System.nanoTime();
        for (int folded = 0; folded < users; folded += FOLDED_AT_ONCE) {
            partition.sweep(FOLDED_AT_ONCE);
        }
        return (System.nanoTime() - began) / 1e3 / users;
    }

    private static KeyValueStore<Bytes, byte[]> open(Path folder) {
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "state-size");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1");
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        var context = new MockProcessorContext<byte[], byte[]>(properties, new TaskId(0, 0), folder.toFile());
        var store = Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(JoinProcessor.USERS), Serdes.Bytes(), Serdes.ByteArray())
                .withLoggingDisabled()
                .withCachingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        return store;
    }

    private static long valueBytes(KeyValueStore<Bytes, byte[]> store) {
        long bytes = 0;
        try (var rows = store.all()) {
            while (rows.hasNext()) {
                var row = rows.next();
                bytes += row.key.get().length + row.value.length;
            }
        }
        return bytes;
    }

    private static double size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".sst"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
