package io.assay.metrics;

import io.assay.platform.ConfigException;
import io.assay.platform.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** What must be true of the brokers before anything is counted, and the ids of the topics. */
final class KafkaCluster {
    private static final String TRANSACTIONS = "transaction.version";
    private static final int SECONDS = 30;

    private KafkaCluster() {}

    /** The id of each topic by its name; fails if the brokers' transactions have the holes that version 2 closes. */
    static Map<String, String> topicIds(Topics topics)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<String, Object> config = Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, topics.bootstrap());
        try (var admin = Admin.create(config)) {
            var features = admin.describeFeatures().featureMetadata().get(SECONDS, TimeUnit.SECONDS);
            var transactions = features.finalizedFeatures().get(TRANSACTIONS);
            if (transactions == null || transactions.maxVersionLevel() < 2) {
                throw new ConfigException(TRANSACTIONS + " of the Kafka cluster: "
                        + (transactions == null ? 0 : transactions.maxVersionLevel()) + " (expected: at least 2)");
            }
            var names = List.of(
                    topics.exposures(),
                    topics.events(),
                    topics.aggregates(),
                    topics.assignments(),
                    topics.deadLetter());
            Map<String, String> ids = new HashMap<>();
            admin.describeTopics(names)
                    .allTopicNames()
                    .get(SECONDS, TimeUnit.SECONDS)
                    .forEach((name, topic) -> ids.put(name, topic.topicId().toString()));
            return ids;
        }
    }
}
