package io.assay.snapshot;

import io.assay.engine.Snapshot;
import io.assay.protocol.SnapshotCodec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node serves, and the way for documents to become it. One per Vert.x, shared by all its verticles; reading is one
 * volatile read. Documents are applied one after the other, off the event loops.
 *
 * <p>A node through a day, by the versions of its snapshot:
 *
 * <table>
 * <caption>What comes in, what is served after it, what goes out</caption>
 * <tr><th>time</th><th>in</th><th>serves</th><th>out</th></tr>
 * <tr><td>0 s</td><td>nothing yet</td><td>nobody is in anything, {@code degraded}</td><td>all sources are asked at once</td></tr>
 * <tr><td>0.1 s</td><td>15 from the file</td><td>15, source {@code file}; ready</td><td></td></tr>
 * <tr><td>1 s</td><td>Redis hangs</td><td>15</td><td>given up, asked again in 5 s; nobody waits for it</td></tr>
 * <tr><td>1 s</td><td>17 from peers</td><td>17</td><td>the file; Redis as soon as it answers</td></tr>
 * <tr><td>2 s</td><td>17 from the database</td><td>17</td><td></td></tr>
 * <tr><td>later</td><td>18 from the database</td><td>18</td><td>file, Redis, peers, then the announcement</td></tr>
 * <tr><td>again</td><td>18, the same</td><td>18</td><td></td></tr>
 * <tr><td>late</td><td>16 in Redis</td><td>18</td><td>counted as lower; Redis is rewritten</td></tr>
 * <tr><td>wrong</td><td>18 with other content</td><td>18 as it was</td><td>alarm {@code conflict}, until the next version</td></tr>
 * <tr><td>wrong</td><td>19 with a bit flipped</td><td>18</td><td>counted as broken; rewritten</td></tr>
 * <tr><td>wrong</td><td>20 of a future schema</td><td>18</td><td>left for those who read it; changes go above 20</td></tr>
 * <tr><td>restored</td><td>12 from the database</td><td>18</td><td>alarm {@code behind}; nothing is written there</td></tr>
 * <tr><td>after it</td><td>a change, which gets 21</td><td>21</td><td>all sources; the alarm ends</td></tr>
 * </table>
 */
public final class SnapshotFeed implements Shareable {
    /** The source of what {@link #offer} brings. */
    static final String OFFERED = "offered";

    private static final String NAME = "assay.snapshot";
    private static final Logger log = LoggerFactory.getLogger(SnapshotFeed.class);

    private final Turns turns;
    private final List<String> trustedProxies;
    private final FeedMetrics metrics = new FeedMetrics();
    private final WrongKeys wrongKeys = new WrongKeys(System::currentTimeMillis);
    private final List<Listening> listeners = new CopyOnWriteArrayList<>();
    private final Map<Kind, Long> notUnderstood = new ConcurrentHashMap<>();
    private volatile FeedState state = FeedState.EMPTY;
    private volatile @Nullable Chain chain;

    /** Runs tasks one after the other. */
    interface Turns {
        <T> Future<T> run(Callable<T> task);
    }

    SnapshotFeed(Turns turns, List<String> trustedProxies) {
        this.turns = turns;
        this.trustedProxies = List.copyOf(trustedProxies);
    }

    /** The feed of this Vert.x; the first call starts its chain. */
    public static SnapshotFeed shared(Vertx vertx, JsonObject config) {
        LocalMap<String, SnapshotFeed> map = vertx.sharedData().getLocalMap(NAME);
        SnapshotFeed there = map.get(NAME);
        if (there != null) {
            return there;
        }
        SnapshotConfig settings = SnapshotConfig.from(config);
        return map.computeIfAbsent(NAME, name -> Chain.start(vertx, settings));
    }

    /** A feed without any source, for tests and tools: it serves what it is given here and by {@link #offer}. */
    public static SnapshotFeed fixed(KeyRing keys) {
        SnapshotFeed feed = new SnapshotFeed(SnapshotFeed::atOnce, List.of());
        feed.state = new FeedState(Served.NOTHING, keys, FeedState.EMPTY.documents());
        return feed;
    }

    /** The same with a snapshot. */
    public static SnapshotFeed fixed(KeyRing keys, Snapshot snapshot) {
        SnapshotFeed feed = fixed(keys);
        Document document = Document.of(Kind.CONFIG, snapshot.version(), SnapshotCodec.encode(snapshot, true));
        if (feed.apply(document, OFFERED) != Outcome.APPLIED) {
            throw new IllegalArgumentException("this snapshot can't be served: " + document);
        }
        return feed;
    }

    /** What is served now: one volatile read, for every request anew. */
    public Served served() {
        return state.served();
    }

    /** The keys in force now. */
    public KeyRing keys() {
        return state.keys();
    }

    /** What was applied last, or null if there was nothing yet. */
    public @Nullable Document document(Kind kind) {
        return state.document(kind);
    }

    /** All that was applied last, as of one moment. */
    Map<Kind, Document> documents() {
        return state.documents();
    }

    int listeners() {
        return listeners.size();
    }

    /**
     * The highest version of that kind that this node knows to be served anywhere: its own, or one that it does not
     * understand. What is written next has to be above it. A version that changes can't have reached, and that would leave
     * them none to go on to, does not count.
     */
    public long known(Kind kind) {
        Document own = document(kind);
        return Math.max(own == null ? 0 : reachable(own.version()), reachable(notUnderstood.getOrDefault(kind, 0L)));
    }

    private static long reachable(long version) {
        return version > Document.HIGHEST_VERSION / 2 ? 0 : version;
    }

    /** Hands over a document; it is spread to all writable sources and announced if it is applied. */
    public Future<Outcome> offer(Document document) {
        return offer(document, OFFERED);
    }

    /** Asks all sources now, for there seems to be something newer; at most once a second, however often it is called. */
    public void refresh() {
        Chain own = chain;
        if (own != null) {
            own.refresh();
        }
    }

    /** Asks a source from now on, at once and regularly. */
    public SourceHandle addSource(DocumentSource source) {
        Chain own = chain;
        if (own == null) {
            throw new IllegalStateException("a fixed feed has no sources");
        }
        return own.add(source);
    }

    /**
     * Adds a listener that is called with what is served now, before the future completes, and then after each change of the
     * snapshot or the emergency list; one call at a time, off the event loops. It stays until the subscription is cancelled.
     */
    public Future<Subscription> onChange(Consumer<Served> listener) {
        return turns.run(() -> {
            Listening listening = new Listening(listener);
            listeners.add(listening);
            listener.accept(served());
            return () -> listeners.remove(listening);
        });
    }

    /** One subscription; the same listener may have several. */
    private static final class Listening {
        private final Consumer<Served> listener;

        Listening(Consumer<Served> listener) {
            this.listener = listener;
        }

        void tell(Served served) {
            try {
                listener.accept(served);
            } catch (RuntimeException e) {
                log.error(
                        "A listener failed on the snapshot {}",
                        served.snapshot().version(),
                        e);
            }
        }
    }

    Future<Outcome> offer(Document document, String source) {
        return turns.run(() -> apply(document, source));
    }

    /** Notes that a source holds what is served, if only the file was known to hold it. */
    void confirm(Kind kind, String source) {
        if (kind == Kind.CONFIG && served().source().equals(FileStore.NAME)) {
            turns.run(() -> {
                        state = state.confirmed(source);
                        return null;
                    })
                    .onFailure(e -> log.warn("{} could not be noted as the source", source, e));
        }
    }

    private Outcome apply(Document document, String source) {
        FeedState.Step step = state.apply(document, source);
        if (step.outcome() != Outcome.LOWER || source.equals(OFFERED)) {
            // lower from anybody else is a race with a faster source: who asks a source sees whether that went back
            metrics.count(document.kind(), step.outcome(), source);
        }
        switch (step.outcome()) {
            case APPLIED -> move(step.state(), document, source);
            case MISMATCHED ->
                log.error("{} from {} is not the {} that is served; kept that", document, source, document);
            case INVALID -> {
                notUnderstood.merge(document.kind(), document.version(), Math::max);
                log.warn("Refused from {}: {}", source, step.problem());
            }
            case BROKEN -> log.warn("Refused from {}: {}", source, step.problem());
            case SAME, LOWER -> log.debug("{} from {}: {}", document, source, step.outcome());
        }
        return step.outcome();
    }

    private void move(FeedState next, Document document, String source) {
        state = next;
        log.info("Serving {} from {}", document, source);
        if (document.kind() != Kind.KEYS) {
            listeners.forEach(listening -> listening.tell(next.served()));
        }
        Chain own = chain;
        if (own != null) {
            own.applied(document, source);
        }
    }

    void join(Chain started) {
        chain = started;
        metrics.show(this);
    }

    WrongKeys wrongKeys() {
        return wrongKeys;
    }

    List<String> trustedProxies() {
        return trustedProxies;
    }

    FeedMetrics metrics() {
        return metrics;
    }

    private static <T> Future<T> atOnce(Callable<T> task) {
        try {
            return Future.succeededFuture(task.call());
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }
}
