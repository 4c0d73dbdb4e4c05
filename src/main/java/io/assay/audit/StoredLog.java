package io.assay.audit;

import io.assay.analytics.Standing;
import io.assay.platform.Topics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** How far the raw log is in the store: the sink commits a position once it has stored what lies before it. */
final class StoredLog {
    private static final int SECONDS = 20;
    private static final int LOOKS = 20;

    private final Vertx vertx;
    private final AuditConfig config;

    StoredLog(Vertx vertx, AuditConfig config) {
        this.vertx = vertx;
        this.config = config;
    }

    /** Completes when all of the log that these totals are of is stored; fails if the sink is too far behind. */
    Future<Void> reaches(List<Standing> standings) {
        return reaches(standings, LOOKS);
    }

    private Future<Void> reaches(List<Standing> standings, int looks) {
        return vertx.executeBlocking(this::stored, false).compose(stored -> {
            List<Integer> behind = standings.stream()
                    .filter(standing -> isAhead(standing, stored))
                    .map(Standing::partition)
                    .toList();
            if (behind.isEmpty()) {
                return Future.succeededFuture();
            }
            return looks > 1
                    ? pause().compose(waited -> reaches(standings, looks - 1))
                    : Future.failedFuture(new IllegalStateException(
                            "the raw log in the store is behind the totals in partitions " + behind));
        });
    }

    private boolean isAhead(Standing standing, Map<TopicPartition, OffsetAndMetadata> stored) {
        Topics topics = config.topics();
        return standing.at().exposures() > next(stored, topics.exposures(), standing.partition())
                || standing.at().events() > next(stored, topics.events(), standing.partition());
    }

    private static long next(Map<TopicPartition, OffsetAndMetadata> stored, String topic, int partition) {
        OffsetAndMetadata committed = stored.get(new TopicPartition(topic, partition));
        return committed == null ? 0 : committed.offset();
    }

    private Map<TopicPartition, OffsetAndMetadata> stored() throws Exception {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                config.topics().bootstrap(),
                "default.api.timeout.ms",
                SECONDS * 1_000,
                "request.timeout.ms",
                SECONDS * 500);
        try (Admin admin = Admin.create(settings)) {
            return admin.listConsumerGroupOffsets(config.sinkGroup())
                    .partitionsToOffsetAndMetadata()
                    .get(SECONDS, TimeUnit.SECONDS);
        }
    }

    /** The sink carries totals and raw records, each in its own order; for so long one may be ahead of the other. */
    Future<?> pause() {
        long millis = config.settling().toMillis();
        return millis == 0 ? Future.succeededFuture() : vertx.timer(millis, TimeUnit.MILLISECONDS);
    }
}
