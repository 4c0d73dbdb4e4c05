package io.assay.snapshot;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
    /** What was read last and was worth nothing. */
    private final Map<Kind, Head> broken = new EnumMap<>(Kind.class);
    /** What the source held last, as far as this node knows. */
    private final Map<Kind, Head> seen = new EnumMap<>(Kind.class);

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

    /** What was in force before the question is what the answer can be measured by. */
    private Future<Void> conversation() {
        try {
            Map<Kind, Document> before = feed.documents();
            return here(source.heads())
                    .compose(heads -> Future.all(Stream.of(Kind.values())
                            .map(kind -> settle(kind, heads.get(kind), before.get(kind)))
                            .toList()))
                    .mapEmpty();
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private Future<Void> settle(Kind kind, @Nullable Head head, @Nullable Document before) {
        Head last = head == null ? seen.remove(kind) : seen.put(kind, head);
        Document own = feed.document(kind);
        if (own != null && (head == null || head.version() < own.version())) {
            settled.remove(kind);
            return source.isWritable() ? refresh(own, head, last) : watch(kind, head, before);
        }
        if (own != null && head != null && head.equals(own.head())) {
            settled.remove(kind);
            isSame(kind);
            return Future.succeededFuture();
        }
        return head == null || head.equals(settled.get(kind)) ? Future.succeededFuture() : take(kind, head);
    }

    private void isSame(Kind kind) {
        alarms().clear(kind, name());
        feed.confirm(kind, name());
    }

    /** A copy that is behind is brought up to date; one that went back holds what somebody should not have written. */
    private Future<Void> refresh(Document own, @Nullable Head head, @Nullable Head last) {
        if (head != null && (last == null || head.version() < last.version())) {
            feed.metrics().count(own.kind(), Outcome.LOWER, name());
            log.warn("Refused from {}: version {}, older than the {} that is served", name(), head.version(), own);
        }
        alarms().clear(own.kind(), name());
        return rewrite(own, null);
    }

    /** What was in force before the origin was asked was there at the origin, unless that was set back. */
    private Future<Void> watch(Kind kind, @Nullable Head head, @Nullable Document before) {
        if (head != null
                && before != null
                && head.version() < before.version()
                && alarms().behind(kind, name(), head, before)) {
            feed.metrics().count(kind, Outcome.LOWER, name());
        }
        return Future.succeededFuture();
    }

    private Future<Void> take(Kind kind, Head head) {
        return here(source.read(kind))
                .compose(document -> isKnownBroken(document, head)
                        ? Future.succeededFuture(Outcome.BROKEN)
                        : feed.offer(document, name()))
                .recover(e -> e instanceof UnreadableDocumentException
                        ? Future.succeededFuture(unreadable(kind, head, e))
                        : Future.failedFuture(e))
                .compose(outcome -> after(kind, head, outcome));
    }

    private boolean isKnownBroken(Document document, Head head) {
        return head.equals(broken.get(document.kind())) && !document.isWhole();
    }

    private Outcome unreadable(Kind kind, Head head, Throwable problem) {
        if (!head.equals(broken.get(kind))) {
            feed.metrics().count(kind, Outcome.BROKEN, name());
            log.warn("Refused from {}: {}", name(), problem.getMessage());
        }
        return Outcome.BROKEN;
    }

    private Future<Void> after(Kind kind, Head head, Outcome outcome) {
        Document own = feed.document(kind);
        if (outcome == Outcome.BROKEN) {
            broken.put(kind, head); // read again, for it may be mended, but not complained of again
            return own == null || !source.isWritable() ? Future.succeededFuture() : rewrite(own, head);
        }
        broken.remove(kind);
        if (outcome == Outcome.MISMATCHED) {
            alarms().conflict(kind, name());
        } else if (outcome == Outcome.APPLIED || outcome == Outcome.SAME) {
            isSame(kind);
        }
        boolean isRead = own != null && own.version() == head.version();
        if (outcome != Outcome.APPLIED || isRead) {
            settled.put(kind, head);
        }
        return Future.succeededFuture();
    }

    private Future<Void> rewrite(Document own, @Nullable Head worthless) {
        return here(source.write(own, worthless))
                .onSuccess(stored -> {
                    if (stored) {
                        broken.remove(own.kind());
                        seen.put(own.kind(), own.head());
                        feed.metrics().rewritten(own.kind(), name());
                    }
                })
                .mapEmpty();
    }

    /** The same, completed on the context of this loop, wherever the source completes its futures. */
    private <T> Future<T> here(Future<T> answer) {
        Promise<T> promise = ((ContextInternal) context).promise();
        answer.onComplete(promise);
        return promise.future();
    }

    private Alarms alarms() {
        return feed.metrics().alarms();
    }

    private void report(@Nullable Throwable failure) {
        feed.metrics().asked(name(), failure == null);
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
