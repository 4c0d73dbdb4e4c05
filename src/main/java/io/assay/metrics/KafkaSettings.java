package io.assay.metrics;

import io.assay.platform.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;

/** The settings of this stage's Kafka clients, with the reasons for those that are not the default. */
final class KafkaSettings {
    /*
     * A node that comes back under its old name takes its partitions over at once, after a kill too; another node waits
     * this long for it.
     */
    private static final int SESSION_MILLIS = 10_000;
    private static final int HEARTBEAT_MILLIS = 2_000;

    /* Waiting for definitions may take long, and is no reason to move the partitions: they would wait there as well. */
    private static final int LONGEST_WAIT_MILLIS = 5 * 60_000;
    private static final int TRANSACTION_MILLIS = 30_000;

    private static final long CACHE_BYTES = 32L << 20;

    /* A store that writes a file per insert wants few large ones: the sink's records gather for so long or so much. */
    private static final String SMALL_INSERTS = "postgres";
    private static final int GATHERED_BYTES = 1 << 20;
    private static final int GATHERED_MILLIS = 1_000;

    private final MetricsConfig config;
    private final Path folder;
    private final String member;

    private KafkaSettings(MetricsConfig config, Path folder, String member) {
        this.config = config;
        this.folder = folder;
        this.member = member;
    }

    /** The settings for a node that keeps its state, and the name it has in the groups, in this folder. */
    static KafkaSettings in(Path folder, MetricsConfig config) throws IOException {
        Files.createDirectories(folder);
        var file = folder.resolve("member");
        if (!Files.exists(file)) {
            var written = Files.writeString(
                    folder.resolve("member.new"), UUID.randomUUID().toString());
            Files.move(written, file);
        }
        return new KafkaSettings(config, folder, Files.readString(file));
    }

    Properties streams() {
        var p = new Properties();
        p.put(StreamsConfig.APPLICATION_ID_CONFIG, config.application());
        p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.topics().bootstrap());
        p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.commitIntervalMillis());
        p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
        p.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) config.topics().replication());
        p.put(
                StreamsConfig.topicPrefix("min.insync.replicas"),
                Integer.toString(Math.max(1, config.topics().replication() - 1)));
        p.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
        p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
        p.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        p.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), TRANSACTION_MILLIS);
        member("join").forEach((key, value) -> p.put(StreamsConfig.mainConsumerPrefix(key), value));
        p.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        return p;
    }

    Consumer<byte[], byte[]> sinkConsumer() {
        var p = new Properties();
        p.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, config.topics().bootstrap());
        p.put(ConsumerConfig.GROUP_ID_CONFIG, Topics.sinkGroup(config.store(), config.generation()));
        p.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        p.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        p.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        p.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
        if (!config.store().equals(SMALL_INSERTS)) {
            p.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, GATHERED_BYTES);
            p.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, GATHERED_MILLIS);
        }
        p.putAll(member("sink"));
        return new KafkaConsumer<>(p, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Map<String, Object> member(String what) {
        return Map.of(
                ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, what + "-" + member,
                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MILLIS,
                ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_MILLIS,
                ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, LONGEST_WAIT_MILLIS);
    }
}
