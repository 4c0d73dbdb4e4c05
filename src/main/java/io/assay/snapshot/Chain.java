package io.assay.snapshot;

import com.hazelcast.core.HazelcastInstance;
import io.assay.platform.Addresses;
import io.assay.platform.Health;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything behind a feed: the last good file, the peers, Redis, and what verticles add. It belongs to the Vert.x and not to
 * the verticle that asked first, so it has a context of its own.
 */
final class Chain {
    private static final Logger log = LoggerFactory.getLogger(Chain.class);
    private static final String HEALTH = "snapshot";
    private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Set<String> CARRIERS = Set.of(FileStore.NAME, PeersSource.NAME, RedisSource.NAME);

    private final Vertx vertx;
    private final SnapshotConfig config;
    private final Context context;
    private final SnapshotFeed feed;
    private final List<SourceLoop> loops = new CopyOnWriteArrayList<>();
    private final @Nullable FileStore files;
    private final AtomicLong refreshedAt = new AtomicLong(System.nanoTime() - REFRESH_NANOS);
    private volatile boolean bootOver;

    private Chain(Vertx vertx, SnapshotConfig config) {
        this.vertx = vertx;
        this.config = config;
        context = ((VertxInternal) vertx).createEventLoopContext();
        feed = new SnapshotFeed(context::executeBlocking, config.trustedProxies());
        files = config.dataDir() == null
                ? null
                : new FileStore(
                        ((VertxInternal) vertx).createEventLoopContext(), Path.of(config.dataDir(), "snapshot"));
    }

    static SnapshotFeed start(Vertx vertx, SnapshotConfig config) {
        Chain chain = new Chain(vertx, config);
        chain.feed.join(chain);
        Health.of(vertx).ready(HEALTH, chain::problem);
        chain.context.runOnContext(v -> chain.begin());
        return chain.feed;
    }

    /** The instance that clusters this Vert.x, if it is clustered by Hazelcast. */
    static Optional<HazelcastInstance> hazelcast(Vertx vertx) {
        return ((VertxInternal) vertx).clusterManager() instanceof HazelcastClusterManager manager
                ? Optional.of(manager.getHazelcastInstance())
                : Optional.empty();
    }

    private void begin() {
        if (files != null) {
            files.restore(feed);
        }
        hazelcast(vertx).ifPresent(this::joinPeers);
        String redis = config.redisUri();
        if (redis != null) {
            add(new RedisSource(vertx, redis, config.redisPrefix(), config.redisPollMillis()));
        }
        if (config.announces()) {
            vertx.eventBus().<JsonObject>consumer(Addresses.DOCUMENT_ANNOUNCED, message -> announced(message.body()));
        }
        vertx.setTimer(Math.max(1, config.bootMillis()), t -> bootOver = true);
    }

    private void joinPeers(HazelcastInstance hazelcast) {
        PeersSource peers =
                new PeersSource(hazelcast, ((VertxInternal) vertx).createEventLoopContext(), config.peersPollMillis());
        SourceHandle handle = add(peers);
        if (config.announces()) {
            peers.onUpdate(handle::nudge);
        }
    }

    SourceHandle add(DocumentSource source) {
        SourceLoop loop = new SourceLoop(feed, context, source);
        loops.add(loop);
        loop.nudge();
        return new SourceHandle() {
            @Override
            public void nudge() {
                loop.nudge();
            }

            @Override
            public void remove() {
                loops.remove(loop);
                loop.remove();
            }
        };
    }

    /** Spreads what was applied: to the file, to whoever is behind, and, if it is news to the cluster, over the bus. */
    void applied(Document document, String from) {
        if (files != null) {
            files.write(document);
        }
        boolean isNews = config.announces() && !CARRIERS.contains(from);
        for (SourceLoop loop : loops) {
            if (!loop.name().equals(from)) {
                loop.round().onSuccess(v -> {
                    if (isNews) {
                        announce(document);
                    }
                });
            }
        }
    }

    void refresh() {
        long now = System.nanoTime();
        long last = refreshedAt.get();
        if (now - last >= REFRESH_NANOS && refreshedAt.compareAndSet(last, now)) {
            loops.forEach(SourceLoop::nudge);
        }
    }

    private void announce(Document document) {
        JsonObject news = new JsonObject().put("kind", document.kind().text()).put("version", document.version());
        vertx.eventBus().publish(Addresses.DOCUMENT_ANNOUNCED, news);
    }

    private void announced(JsonObject news) {
        Kind kind = Kind.of(String.valueOf(news.getValue("kind"))).orElse(null);
        if (kind == null || !(news.getValue("version") instanceof Number version)) {
            log.warn("Not an announcement: {}", news);
            return;
        }
        Document own = feed.document(kind);
        if (own == null || own.version() < version.longValue()) {
            loops.forEach(SourceLoop::nudge);
        }
    }

    private String problem() {
        boolean complete = !feed.served().degraded() && feed.keys().hasKeys();
        return complete || bootOver ? "" : "waits for a snapshot and keys";
    }
}
