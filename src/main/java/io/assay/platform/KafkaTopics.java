package io.assay.platform;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics as the join needs them: created where they are missing, refused where their partition count differs,
 * because one task must see all of a user for ever.
 */
public final class KafkaTopics {
    private static final String TIMESTAMP_TYPE = "message.timestamp.type";
    private static final String APPEND_TIME = "LogAppendTime";
    private static final String CLEANUP = "cleanup.policy";
    private static final String COMPACT = "compact";
    private static final String FOURTEEN_DAYS_MILLIS =
            Long.toString(Duration.ofDays(14).toMillis());

    /** Keys of users: what is superseded goes within a day or two, and all of it after the time that the log is kept. */
    private static final Map<String, String> FORGETTING = Map.of(
            CLEANUP,
            COMPACT + ",delete",
            "retention.ms",
            FOURTEEN_DAYS_MILLIS,
            "max.compaction.lag.ms",
            Long.toString(Duration.ofDays(1).toMillis()));

    private static final Logger log = LoggerFactory.getLogger(KafkaTopics.class);

    private final Topics topics;

    public KafkaTopics(Topics topics) {
        this.topics = topics;
    }

    /** Checks and creates on a worker thread; fails if Kafka is not reached within that time or a topic differs. */
    public Future<Void> ensure(Vertx vertx, Duration patience) {
        return vertx.executeBlocking(() -> {
            ensureBlocking(patience);
            return null;
        });
    }

    private void ensureBlocking(Duration patience) throws InterruptedException, ExecutionException, TimeoutException {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                topics.bootstrap(),
                "default.api.timeout.ms",
                (int) patience.toMillis(),
                "request.timeout.ms",
                (int) Math.min(5000, patience.toMillis()));
        long millis = patience.toMillis();
        try (Admin admin = Admin.create(config)) {
            var existing = admin.listTopics().names().get(millis, TimeUnit.MILLISECONDS);
            List<NewTopic> missing = new ArrayList<>();
            for (NewTopic topic : wanted()) {
                if (!existing.contains(topic.name())) {
                    missing.add(topic);
                }
            }
            for (var created : admin.createTopics(missing).values().values()) {
                try {
                    created.get(millis, TimeUnit.MILLISECONDS);
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        throw e;
                    }
                }
            }
            check(described(admin, millis));
            checkClock(admin, millis);
            letForget(admin, millis);
        }
    }

    /** All topics, once every broker knows them: a new one is not known everywhere at once. */
    private Map<String, TopicDescription> described(Admin admin, long millis)
            throws InterruptedException, ExecutionException, TimeoutException {
        var names = wanted().stream().map(NewTopic::name).toList();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (true) {
            try {
                return admin.describeTopics(names).allTopicNames().get(millis, TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException) || System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    private void check(Map<String, TopicDescription> described) {
        List.of(topics.exposures(), topics.events(), topics.aggregates()).forEach(name -> {
            var topic = Objects.requireNonNull(described.get(name));
            if (topic.partitions().size() != topics.partitions()) {
                throw new ConfigException(
                        "topic " + name + " has " + topic.partitions().size()
                                + " partitions (expected: kafka.partitions = " + topics.partitions()
                                + "; a partition count never changes, because a user's events must stay together)");
            }
        });
    }

    /** Lateness is counted by one clock per partition, the broker's, and not by whoever happens to produce. */
    private void checkClock(Admin admin, long millis)
            throws InterruptedException, ExecutionException, TimeoutException {
        for (String name : List.of(topics.exposures(), topics.events())) {
            String type = setting(admin, name, TIMESTAMP_TYPE, millis);
            if (!APPEND_TIME.equals(type)) {
                throw new ConfigException(
                        "topic " + name + ": " + TIMESTAMP_TYPE + ": " + type + " (expected: " + APPEND_TIME + ")");
            }
        }
    }

    /** The topic of first exposures as older versions made it keeps every user for ever. It need not be ours to change. */
    private void letForget(Admin admin, long millis) throws InterruptedException, ExecutionException, TimeoutException {
        if (!COMPACT.equals(setting(admin, topics.assignments(), CLEANUP, millis))) {
            return;
        }
        Collection<AlterConfigOp> changes = FORGETTING.entrySet().stream()
                .map(e -> new AlterConfigOp(new ConfigEntry(e.getKey(), e.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        try {
            admin.incrementalAlterConfigs(Map.of(resource(topics.assignments()), changes))
                    .all()
                    .get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            log.warn("Topic {} keeps first exposures for ever; it should have {}", topics.assignments(), FORGETTING, e);
        }
    }

    private static @Nullable String setting(Admin admin, String topic, String key, long millis)
            throws InterruptedException, ExecutionException, TimeoutException {
        var resource = resource(topic);
        Config config = admin.describeConfigs(List.of(resource))
                .all()
                .get(millis, TimeUnit.MILLISECONDS)
                .get(resource);
        return Objects.requireNonNull(config).get(key).value();
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private List<NewTopic> wanted() {
        Map<String, String> log = Map.of(
                TIMESTAMP_TYPE, APPEND_TIME, "retention.ms", FOURTEEN_DAYS_MILLIS, "max.message.bytes", "1048588");
        Map<String, String> compacted = Map.of(CLEANUP, COMPACT);
        Map<String, String> dead = Map.of("retention.ms", FOURTEEN_DAYS_MILLIS);
        return List.of(
                topic(topics.exposures(), log),
                topic(topics.events(), log),
                topic(topics.aggregates(), compacted),
                topic(topics.assignments(), FORGETTING),
                topic(topics.deadLetter(), dead));
    }

    private NewTopic topic(String name, Map<String, String> config) {
        Map<String, String> all = new HashMap<>(config);
        // with fewer copies an acknowledged event could go with one broker's disk
        all.put("min.insync.replicas", Integer.toString(Math.max(1, topics.replication() - 1)));
        return new NewTopic(name, topics.partitions(), topics.replication()).configs(all);
    }
}
