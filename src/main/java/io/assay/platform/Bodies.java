package io.assay.platform;

import io.netty.util.internal.PlatformDependent;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The bodies on their way to one event loop: bounded in size, packed and unpacked, in time, and in what they hold together. */
final class Bodies {
    /*
     * A slow body holds what came of it so far. All of them, on all event loops, may hold a quarter of the heap, or of what
     * there is beside it, which sockets need, too, if that is less. When that is full, the bodies of this event loop that have been
     * coming for long are given up, the oldest first; where all are quick, the newest is, so that the others come to their end.
     * An event loop always has half of an equal share: it can't give up the bodies of another one, whose slow clients are not to
     * keep its quick ones out. All together hold at most half as much again for it.
     * What comes in several pieces is gathered beside the heap: a thousand slow bodies on it would be copied by the collector
     * while everybody waits.
     * An unpacked body exists only once all of it is there, and unpacking stops one byte beyond the limit. Those that wait to
     * be unpacked or parsed have a limit of their own, in number and in what they may come to: they keep no other body out.
     */
    static final int SECONDS = 30;
    static final int MOST_WAITING = 256;
    private static final byte[] NONE = new byte[0];
    private static final long SLOW_MILLIS = 2_000;
    private static final Budget ALL = new Budget(
            Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory()) / 4,
            new AtomicLong(),
            new AtomicInteger(),
            new Queue(MOST_WAITING, Runtime.getRuntime().maxMemory() / 8));
    private static final ThreadLocal<Bodies> HERE = ThreadLocal.withInitial(() -> new Bodies(ALL, SLOW_MILLIS));

    private final Set<Reading> coming = new LinkedHashSet<>();
    private final Budget budget;
    private final long slowNanos;
    private long held;

    /** A body is slow once it has been coming for more than {@code slowMillis}. */
    Bodies(Budget budget, long slowMillis) {
        this.budget = budget;
        budget.loops.incrementAndGet();
        slowNanos = TimeUnit.MILLISECONDS.toNanos(slowMillis);
    }

    /** What the bodies of all event loops may hold together, what they hold, and how many loops that are. */
    record Budget(long mostBytes, AtomicLong held, AtomicInteger loops, Queue queue) {
        private boolean isSpentBy(long heldHere) {
            return held.get() > mostBytes && heldHere > mostBytes / (2L * loops.get());
        }
    }

    /** How many bodies of all event loops may wait to be read beside these, and what they may come to. */
    static final class Queue {
        private final int most;
        private final long mostBytes;
        private final AtomicInteger waiting = new AtomicInteger();
        private final AtomicLong bytes = new AtomicLong();

        Queue(int most, long mostBytes) {
            this.most = most;
            this.mostBytes = mostBytes;
        }

        /** One that is alone may be as large as it likes. */
        boolean enter(long cost) {
            int others = waiting.getAndIncrement();
            boolean room = bytes.addAndGet(cost) <= mostBytes && others < most;
            if (room || others == 0) {
                return true;
            }
            leave(cost);
            return false;
        }

        void leave(long cost) {
            waiting.decrementAndGet();
            bytes.addAndGet(-cost);
        }

        int waiting() {
            return waiting.get();
        }
    }

    /** A handler that reads a body, and has it parsed, then calls the next one. */
    static Handler<RoutingContext> reader(BodyParser parser) {
        return ctx -> HERE.get().read(ctx, parser, SECONDS * 1000L);
    }

    void read(RoutingContext ctx, BodyParser parser, long millis) {
        HttpServerRequest request = ctx.request();
        boolean packed = isPacked(request);
        if (announced(request) > parser.maxBytes()) {
            throw Problem.ofStatus(413);
        }
        if (request.isEnded()) {
            BodyParser.put(ctx, parser.content(NONE, false));
            ctx.next();
            return;
        }
        Reading reading = new Reading(ctx, parser, packed);
        coming.add(reading);
        reading.timer = ctx.vertx().setTimer(millis, id -> reading.giveUp(Problem.ofStatus(408)));
        request.handler(reading::add);
        request.endHandler(end -> reading.complete());
        request.exceptionHandler(e -> reading.giveUp(ApiError.malformed("The body can't be read.")));
    }

    private static boolean isPacked(HttpServerRequest request) {
        String coding = request.getHeader("Content-Encoding");
        if (coding == null) {
            return false;
        }
        return switch (coding.trim().toLowerCase(Locale.ROOT)) {
            case "identity" -> false;
            case "gzip", "x-gzip" -> true;
            default -> throw ApiError.of(415, "unsupported_media_type", "A body can be coded as gzip, or not at all.");
        };
    }

    private static long announced(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            throw Problem.ofStatus(400);
        }
    }

    private void hold(int bytes) {
        held += bytes;
        budget.held.addAndGet(bytes);
    }

    /** Gives up the oldest if it is slow, else the newest. */
    private void makeRoom() {
        Iterator<Reading> all = coming.iterator();
        Reading chosen = all.next();
        if (System.nanoTime() - chosen.begun <= slowNanos) {
            while (all.hasNext()) {
                chosen = all.next();
            }
        }
        chosen.giveUp(ApiError.unavailable("Too many bodies are on their way.", 1));
    }

    private final class Reading {
        private final RoutingContext ctx;
        private final BodyParser parser;
        private final boolean packed;
        private final long begun = System.nanoTime();
        private final Gathered body = new Gathered();
        private long timer;

        Reading(RoutingContext ctx, BodyParser parser, boolean packed) {
            this.ctx = ctx;
            this.parser = parser;
            this.packed = packed;
        }

        void add(Buffer piece) {
            if (!coming.contains(this)) {
                return;
            }
            if (body.length() + (long) piece.length() > parser.maxBytes()) {
                giveUp(Problem.ofStatus(413));
                return;
            }
            int before = body.held();
            body.add(piece);
            hold(body.held() - before);
            while (budget.isSpentBy(held)) {
                makeRoom();
            }
        }

        void complete() {
            byte[] whole = body.bytes();
            if (!end()) {
                return;
            }
            if (BodyParser.isHeavy(whole, packed)) {
                await(whole);
            } else {
                BodyParser.put(ctx, parser.content(whole, false));
                ctx.next();
            }
        }

        private void await(byte[] whole) {
            long cost = parser.cost(whole, packed);
            if (!budget.queue.enter(cost)) {
                ctx.fail(ApiError.unavailable("Too many bodies wait to be read.", 2));
                return;
            }
            parser.contentAside(ctx, whole, packed)
                    .onComplete(done -> budget.queue.leave(cost))
                    .onSuccess(this::goOn)
                    .onFailure(ctx::fail);
        }

        private void goOn(BodyParser.@Nullable Content content) {
            if (content != null) {
                BodyParser.put(ctx, content);
                ctx.next();
            }
        }

        void giveUp(ApiError why) {
            if (end()) {
                ctx.fail(why);
            }
        }

        private boolean end() {
            boolean first = coming.remove(this);
            if (first) {
                hold(-body.held());
                body.drop();
                ctx.vertx().cancelTimer(timer);
            }
            return first;
        }
    }
}
