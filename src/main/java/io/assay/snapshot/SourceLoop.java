package io.assay.snapshot;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The standing conversation with one source: takes what is newer there, rewrites it where it is behind. Everything runs on
 * one context; a source that fails or hangs holds up nobody but itself.
 */
final class SourceLoop implements SourceHandle {
    private static final Logger log = LoggerFactory.getLogger(SourceLoop.class);
    private static final long PATIENCE_SECONDS = 10;
    /** While everything starts, one failure says nothing. */
    private static final int TOLERATED_FAILURES = 3;

    private static final long NO_TIMER = -1;

    private final SnapshotFeed feed;
    private final Context context;
    private final DocumentSource source;
    /** What was read and not applied, so that it need not be read again. */
    private final Map<Kind, Head> settled = new EnumMap<>(Kind.class);

    private long timer = NO_TIMER;
    private boolean asking;
    private boolean removed;
    private int failures;
    private @Nullable Promise<Void> next;

    SourceLoop(SnapshotFeed feed, Context context, DocumentSource source) {
        this.feed = feed;
        this.context = context;
        this.source = source;
    }

    String name() {
        return source.name();
    }

    @Override
    public void nudge() {
        round();
    }

    @Override
    public void remove() {
        context.runOnContext(v -> {
            removed = true;
            disarm();
        });
    }

    /** A whole conversation that begins after this call; completes when it is over, however it went. */
    Future<Void> round() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> enqueue(done));
        return done.future();
    }

    private void enqueue(Promise<Void> done) {
        if (removed) {
            done.complete();
        } else if (!asking) {
            ask(done);
        } else if (next == null) {
            next = done;
        } else {
            next.future().onComplete(r -> done.complete());
        }
    }

    private void ask(Promise<Void> done) {
        asking = true;
        disarm();
        conversation()
                .timeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .onComplete(result -> context.runOnContext(v -> {
                    report(result.succeeded() ? null : result.cause());
                    done.complete();
                    asking = false;
                    Promise<Void> queued = next;
                    next = null;
                    if (queued != null) {
                        enqueue(queued);
                    } else if (!removed) {
                        arm();
                    }
                }));
    }

    private Future<Void> conversation() {
        try {
            return source.heads().compose(heads -> Future.all(
                            settle(Kind.CONFIG, heads.get(Kind.CONFIG)),
                            settle(Kind.EMERGENCY, heads.get(Kind.EMERGENCY)),
                            settle(Kind.KEYS, heads.get(Kind.KEYS)))
                    .mapEmpty());
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private Future<Void> settle(Kind kind, @Nullable Head head) {
        Document own = feed.document(kind);
        if (own == null) {
            return head == null || head.equals(settled.get(kind)) ? Future.succeededFuture() : take(kind, head);
        }
        if (head == null || head.version() < own.version()) {
            if (head != null && !head.equals(settled.put(kind, head))) {
                feed.metrics().count(kind, Outcome.LOWER, name());
            }
            return rewrite(own, null);
        }
        if (head.equals(own.head())) {
            feed.confirm(kind, name());
            return Future.succeededFuture();
        }
        return head.equals(settled.get(kind)) ? Future.succeededFuture() : take(kind, head);
    }

    private Future<Void> take(Kind kind, Head head) {
        return source.read(kind)
                .compose(document -> feed.offer(document, name()))
                .recover(e -> e instanceof UnreadableDocumentException
                        ? Future.succeededFuture(Outcome.BROKEN)
                        : Future.failedFuture(e))
                .compose(outcome -> after(kind, head, outcome));
    }

    private Future<Void> after(Kind kind, Head head, Outcome outcome) {
        if (outcome == Outcome.BROKEN) {
            Document own = feed.document(kind);
            return own == null ? Future.succeededFuture() : rewrite(own, head);
        }
        if (outcome != Outcome.APPLIED) {
            settled.put(kind, head);
        }
        return Future.succeededFuture();
    }

    private Future<Void> rewrite(Document own, @Nullable Head broken) {
        return source.write(own, broken).onSuccess(v -> feed.metrics().rewritten(own.kind(), name()));
    }

    private void report(@Nullable Throwable failure) {
        if (failure == null) {
            if (failures >= TOLERATED_FAILURES) {
                log.info("{} answers again", name());
            }
            failures = 0;
        } else if (++failures == TOLERATED_FAILURES) {
            log.warn("{} does not answer: {}", name(), failure.toString());
        }
    }

    private void arm() {
        double jitter = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
        timer = context.owner().setTimer(Math.max(1, Math.round(source.intervalMillis() * jitter)), t -> {
            timer = NO_TIMER;
            round();
        });
    }

    private void disarm() {
        if (timer != NO_TIMER) {
            context.owner().cancelTimer(timer);
            timer = NO_TIMER;
        }
    }
}
