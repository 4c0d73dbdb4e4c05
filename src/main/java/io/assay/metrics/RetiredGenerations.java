package io.assay.metrics;

import io.assay.analytics.MetricStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What generations left behind that are not counted any more: their consumer groups, the topics of their state, and their
 * rows. As long as a node is a member of the group, nothing of that generation is removed.
 */
final class RetiredGenerations {
    private static final Logger log = LoggerFactory.getLogger(RetiredGenerations.class);
    private static final int SECONDS = 30;

    private final Vertx vertx;
    private final MetricsConfig config;
    private final MetricStore store;
    private final Set<Integer> removed = new HashSet<>();

    RetiredGenerations(Vertx vertx, MetricsConfig config, MetricStore store) {
        this.vertx = vertx;
        this.config = config;
        this.store = store;
    }

    /** Removes what can be removed now; what stays is tried again at the next call. Never fails. */
    Future<Void> remove(List<Integer> retired) {
        var left = retired.stream().filter(g -> !removed.contains(g)).toList();
        if (left.isEmpty()) {
            return Future.succeededFuture();
        }
        return vertx.executeBlocking(() -> removeFromKafka(left), false)
                .compose(gone -> Future.join(gone.stream().map(this::forget).toList()))
                .<Void>mapEmpty()
                .recover(e -> {
                    log.warn("What generations {} left behind cannot be removed yet: {}", left, e.toString());
                    return Future.succeededFuture();
                });
    }

    /** Rows go last, a while after the last of them was written: the sink may have carried it meanwhile. */
    private Future<Void> forget(int generation) {
        return store.forget(generation).onSuccess(v -> {
            removed.add(generation);
            log.info("Nothing is left of generation {}", generation);
        });
    }

    /** Those of which there was nothing in Kafka any more when this began. */
    private List<Integer> removeFromKafka(List<Integer> retired)
            throws InterruptedException, ExecutionException, TimeoutException {
        List<Integer> gone = new ArrayList<>();
        Map<String, Object> connection = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, config.topics().bootstrap());
        try (var admin = Admin.create(connection)) {
            var topics = admin.listTopics().names().get(SECONDS, TimeUnit.SECONDS);
            for (int generation : retired) {
                var application = config.of(generation).application();
                var ofItsState = topics.stream()
                        .filter(topic -> topic.startsWith(application + "-"))
                        .toList();
                if (ofItsState.isEmpty()) {
                    gone.add(generation);
                } else if (isWithoutGroup(admin, application)) {
                    admin.deleteTopics(ofItsState).all().get(SECONDS, TimeUnit.SECONDS);
                }
            }
        }
        return gone;
    }

    private static boolean isWithoutGroup(Admin admin, String group)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            admin.deleteConsumerGroups(List.of(group)).all().get(SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupNotEmptyException) {
                return false;
            }
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return true;
            }
            throw e;
        }
    }
}
