package io.assay.metrics;

import static java.util.stream.Collectors.toUnmodifiableMap;

import io.assay.analytics.MetricStore;
import io.assay.analytics.MetricStores;
import io.assay.catalog.Catalog;
import io.assay.catalog.Generations;
import io.assay.catalog.Measured;
import io.assay.platform.Addresses;
import io.assay.platform.ConfigException;
import io.assay.platform.Health;
import io.assay.platform.KafkaTopics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the join of exposures and goals, and carries its totals and the raw log into the analytics store. */
public final class MetricsVerticle extends VerticleBase {
    private static final String SLOTS = "assay.metrics.slots";
    private static final int STORE_ATTEMPTS = 30;
    private static final Duration KAFKA_PATIENCE = Duration.ofSeconds(10);
    private static final long RETRY_MILLIS = 1_000;
    private static final long TIDYING_MILLIS = 2_000;
    private static final Logger log = LoggerFactory.getLogger(MetricsVerticle.class);

    /** The stages on both sides: the experiments that are measured, and the store of the counts. */
    interface Neighbours {
        Future<Measured> measured();

        MetricStore store();

        Future<Void> close();
    }

    private final @Nullable Neighbours given;
    private @Nullable Neighbours neighbours;
    private @Nullable CatalogDefinitions definitions;
    private volatile @Nullable Joins joins;
    private volatile @Nullable Generations generations;
    private volatile String trouble = "its store and Kafka were not asked yet";
    private volatile boolean stopped;
    private String slot = "";

    public MetricsVerticle() {
        given = null;
    }

    MetricsVerticle(Neighbours neighbours) {
        given = neighbours;
    }

    /** Ready to be deployed after the first try; while the store or Kafka is away it is tried again, and nobody waits for it. */
    @Override
    public Future<?> start() {
        var config = MetricsConfig.from(config());
        var used = given == null ? real(vertx, config()) : given;
        neighbours = used;
        slot = takeSlot();
        var read = new CatalogDefinitions(context, () -> used.measured().onSuccess(this::heard), System::nanoTime);
        definitions = read;
        read.eachTime(areNew -> {
            var running = joins;
            if (running != null) {
                running.tick(areNew);
            }
        });
        read.start();
        vertx.eventBus().consumer(Addresses.CATALOG_CHANGED, message -> read.refresh());
        Health.of(vertx).ready("metrics-" + slot, () -> {
            var running = joins;
            return running == null ? trouble : read.problem() + running.problem();
        });
        return open(config, used, read)
                .recover(e -> e instanceof ConfigException ? Future.failedFuture(e) : later(config, used, read, e));
    }

    private Future<Void> open(MetricsConfig config, Neighbours used, CatalogDefinitions read) {
        return used.store()
                .migrate()
                .compose(v -> new KafkaTopics(config.topics()).ensure(vertx, KAFKA_PATIENCE))
                .compose(v -> vertx.executeBlocking(() -> KafkaCluster.topicIds(config.topics())))
                .compose(ids -> register(used.store(), ids, STORE_ATTEMPTS))
                .compose(numbers -> begin(config, used.store(), read, numbers));
    }

    private Future<Void> begin(
            MetricsConfig config, MetricStore store, CatalogDefinitions read, Map<String, Integer> numbers) {
        var folder = config.state().resolve(slot);
        return vertx.executeBlocking(() -> KafkaSettings.in(folder, config)).map(settings -> {
            if (!stopped) {
                var sink = new Sink(config.topics(), settings::sinkConsumer, store, numbers, this::retired);
                joins = new Joins(vertx, config, folder, read, sink);
                sink.start();
                var known = generations;
                if (known != null) {
                    heard(known);
                }
                tidy(new RetiredGenerations(vertx, config, store));
            }
            return null;
        });
    }

    /** Removes what generations left behind that are not counted any more. Any node may do so, and all of them try. */
    private void tidy(RetiredGenerations retired) {
        vertx.setTimer(TIDYING_MILLIS, timer -> {
            var known = generations;
            if (!stopped) {
                (known == null ? Future.succeededFuture() : retired.remove(known.retired()))
                        .onComplete(done -> tidy(retired));
            }
        });
    }

    private List<Integer> retired() {
        var known = generations;
        return known == null ? List.of() : known.retired();
    }

    /** What is to be counted, as each reading of the definitions says. */
    private void heard(Measured measured) {
        heard(measured.generations());
    }

    private void heard(Generations counted) {
        generations = counted;
        var running = joins;
        if (running != null) {
            running.want(counted);
        }
    }

    private Future<Void> later(MetricsConfig config, Neighbours used, CatalogDefinitions read, Throwable cause) {
        String problem = cause instanceof ConfigException
                ? String.valueOf(cause.getMessage())
                : "its store or Kafka is not there yet";
        if (!problem.equals(trouble)) {
            log.warn("Nothing is counted yet, trying again: {}", cause.toString());
            trouble = problem;
        }
        vertx.setTimer(RETRY_MILLIS, timer -> {
            if (!stopped) {
                open(config, used, read)
                        .onSuccess(opened -> log.info("Counting now"))
                        .onFailure(e -> later(config, used, read, e));
            }
        });
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        stopped = true;
        Health.of(vertx).remove("metrics-" + slot);
        if (definitions != null) {
            definitions.close();
        }
        var running = joins;
        return (running == null ? Future.<Void>succeededFuture() : running.close()).eventually(() -> {
            vertx.sharedData().getLocalMap(SLOTS).remove(slot);
            return neighbours == null ? Future.succeededFuture() : neighbours.close();
        });
    }

    /** A name no other instance in this process has: two may not share a folder. */
    private String takeSlot() {
        var taken = vertx.sharedData().<String, Boolean>getLocalMap(SLOTS);
        for (int n = 0; ; n++) {
            if (taken.putIfAbsent(String.valueOf(n), true) == null) {
                return String.valueOf(n);
            }
        }
    }

    /** What the store calls each topic; a store that is slow to answer while everything starts is asked again. */
    private Future<Map<String, Integer>> register(MetricStore store, Map<String, String> ids, int attempts) {
        List<Future<Map.Entry<String, Integer>>> all = new ArrayList<>();
        ids.forEach((topic, id) -> all.add(store.register(topic, id).map(number -> Map.entry(topic, number))));
        return Future.all(all)
                .map(done -> done.<Map.Entry<String, Integer>>list().stream()
                        .collect(toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue)))
                .recover(e -> attempts <= 1
                        ? Future.failedFuture(e)
                        : vertx.timer(1, TimeUnit.SECONDS).compose(again -> register(store, ids, attempts - 1)));
    }

    private static Neighbours real(Vertx vertx, JsonObject config) {
        var catalog = Catalog.create(vertx, config);
        var store = MetricStores.create(vertx, config);
        return new Neighbours() {
            @Override
            public Future<Measured> measured() {
                return catalog.measured();
            }

            @Override
            public MetricStore store() {
                return store;
            }

            @Override
            public Future<Void> close() {
                return Future.all(catalog.close(), store.close()).mapEmpty();
            }
        };
    }
}
