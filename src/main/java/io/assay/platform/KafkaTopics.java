package io.assay.platform;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The topics as the join needs them: created where they are missing, refused where their partition count differs,
 * because one task must see all of a user for ever.
 */
public final class KafkaTopics {
    private static final long FOURTEEN_DAYS_MILLIS = Duration.ofDays(14).toMillis();

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

    private List<NewTopic> wanted() {
        Map<String, String> log = Map.of(
                "message.timestamp.type", "LogAppendTime",
                "retention.ms", Long.toString(FOURTEEN_DAYS_MILLIS),
                "max.message.bytes", "1048588");
        Map<String, String> compacted = Map.of("cleanup.policy", "compact");
        Map<String, String> dead = Map.of("retention.ms", Long.toString(FOURTEEN_DAYS_MILLIS));
        return List.of(
                topic(topics.exposures(), log),
                topic(topics.events(), log),
                topic(topics.aggregates(), compacted),
                topic(topics.assignments(), compacted),
                topic(topics.deadLetter(), dead));
    }

    private NewTopic topic(String name, Map<String, String> config) {
        return new NewTopic(name, topics.partitions(), topics.replication()).configs(config);
    }
}
