package io.assay.ingestion;

import io.assay.catalog.Catalog;
import io.assay.platform.Addresses;
import io.assay.platform.ConfigException;
import io.assay.platform.Cors;
import io.assay.platform.Health;
import io.assay.platform.HttpConfig;
import io.assay.platform.HttpService;
import io.assay.platform.KafkaTopics;
import io.assay.platform.Topics;
import io.assay.snapshot.Access;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /events}: a server of its own in front of the topics {@code events} and {@code exposures}. */
public final class IngestionVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(IngestionVerticle.class);
    private static final String SLOTS = "assay.ingestion.slots";
    private static final Duration TOPICS_PATIENCE = Duration.ofSeconds(5);
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final long RETRY_MILLIS = 1_000;
    private static final long LOOK_GAP_MILLIS = 500;

    private final @Nullable SnapshotFeed given;
    private @Nullable Catalog catalog;
    private @Nullable HttpService http;
    private @Nullable IngestionMeters meters;
    private @Nullable DefinitionsCache cache;
    private volatile @Nullable KafkaEventLog eventLog;
    private volatile String trouble = "Kafka is not there yet";
    private String slot = "";
    private boolean stopping;

    public IngestionVerticle() {
        this(null);
    }

    /** One that asks this feed for keys, not the shared one. */
    IngestionVerticle(@Nullable SnapshotFeed given) {
        this.given = given;
    }

    @Override
    public Future<?> start() {
        IngestionConfig config = IngestionConfig.from(config());
        Topics topics = Topics.from(config());
        SnapshotFeed feed = given == null ? SnapshotFeed.shared(vertx, config()) : given;
        Catalog definitions = Catalog.create(vertx, config());
        catalog = definitions;
        DefinitionsCache looks =
                new DefinitionsCache(vertx, () -> CatalogDefinitions.read(definitions), LOOK_GAP_MILLIS);
        cache = looks;
        vertx.eventBus().consumer(Addresses.CATALOG_CHANGED, message -> looks.look());
        refresh(looks, config);
        slot = takeSlot();
        becomeReady(looks);
        HttpService service = new HttpService(vertx, "ingestion", HttpConfig.from(config()));
        http = service;
        IngestionMeters shown = IngestionMeters.shared(vertx, config);
        shown.show(looks);
        meters = shown;
        EventsRoute.Watching watching = new EventsRoute.Watching(
                RateLimits.shared(vertx, config),
                new VariantCheck(() -> feed.served().snapshot()),
                shown);
        EventsRoute route = new EventsRoute(looks, this::append, topics, Clock.systemUTC(), watching);
        return openLog(topics, config)
                .recover(e -> e instanceof ConfigException ? Future.failedFuture(e) : later(topics, config, e))
                .compose(open -> service.listen(router(feed, route)));
    }

    @Override
    public Future<?> stop() {
        stopping = true;
        Health.of(vertx).remove("ingestion-" + slot);
        vertx.sharedData().getLocalMap(SLOTS).remove(slot);
        Future<Void> drained = http == null ? Future.succeededFuture() : http.stop();
        return drained.eventually(this::closeLog)
                .eventually(() -> catalog == null ? Future.succeededFuture() : catalog.close());
    }

    private Future<Void> closeLog() {
        KafkaEventLog open = eventLog;
        if (meters != null && cache != null) {
            meters.hide(open, cache);
        }
        return open == null ? Future.succeededFuture() : open.close(DRAIN);
    }

    private Router router(SnapshotFeed feed, EventsRoute route) {
        Router router = HttpService.router(vertx);
        router.route("/events").handler(Cors.clientRoute());
        router.post("/events")
                .handler(route::arrive)
                .handler(Access.require(feed, Scope.SERVER, Scope.CLIENT))
                .handler(route::checkRate)
                .handler(EventsRoute::checkContentType);
        router.post("/events").handler(EventsRoute.reading()).handler(route::handle);
        return router;
    }

    private Future<Void> append(List<ProducerRecord<byte[], byte[]>> records) {
        return eventLog == null ? Future.failedFuture(KafkaEventLog.away()) : eventLog.append(records);
    }

    private Future<Void> openLog(Topics topics, IngestionConfig config) {
        return new KafkaTopics(topics)
                .ensure(vertx, TOPICS_PATIENCE)
                .compose(there -> Producers.create(vertx, topics, config))
                .compose(producer -> {
                    KafkaEventLog opened = new KafkaEventLog(vertx, producer, topics, config);
                    if (stopping) {
                        return opened.close(DRAIN);
                    }
                    eventLog = opened;
                    if (meters != null) {
                        meters.show(opened);
                    }
                    return Future.succeededFuture();
                });
    }

    /** Events are refused with 503 until Kafka is there. */
    private Future<Void> later(Topics topics, IngestionConfig config, Throwable cause) {
        trouble = cause instanceof ConfigException ? String.valueOf(cause.getMessage()) : "Kafka is not there yet";
        log.warn("Kafka at {} is not there yet: {}", topics.bootstrap(), String.valueOf(cause));
        vertx.setTimer(RETRY_MILLIS, id -> {
            if (!stopping) {
                openLog(topics, config).onFailure(e -> later(topics, config, e));
            }
        });
        return Future.succeededFuture();
    }

    private void refresh(DefinitionsCache cache, IngestionConfig config) {
        cache.look().onComplete(seen -> {
            if (!stopping) {
                long millis = seen.succeeded() ? config.definitionsMillis() : RETRY_MILLIS;
                vertx.setTimer(millis, id -> refresh(cache, config));
            }
        });
    }

    /** Ready once definitions and broker were there; when one goes away later, this address says so itself. */
    private void becomeReady(DefinitionsCache cache) {
        Health health = Health.of(vertx);
        String name = "ingestion-" + slot;
        health.ready(name, () -> {
            KafkaEventLog open = eventLog;
            String problem = open == null ? trouble : open.problem();
            if (problem.isEmpty() && !cache.everSeen()) {
                problem = "the definitions were not read yet";
            }
            if (problem.isEmpty()) {
                health.remove(name);
            }
            return problem;
        });
    }

    /** A name no other instance in this process has. */
    private String takeSlot() {
        LocalMap<String, Boolean> taken = vertx.sharedData().getLocalMap(SLOTS);
        int n = 0;
        while (taken.putIfAbsent(String.valueOf(n), true) != null) {
            n++;
        }
        return String.valueOf(n);
    }
}
