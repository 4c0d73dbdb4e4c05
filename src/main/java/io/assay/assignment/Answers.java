package io.assay.assignment;

import io.assay.platform.HttpService;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sends answers; one per event loop. Bodies are written into memory that the socket reads, and that is used again once
 * they are sent; headers are made once for every length of a body.
 *
 * <p>Who needs memory looks whether an answer is written by now: to be told of each would cost every request. The last one mostly
 * is, and its memory is still in the processor. Large answers, and those that wait for a slow reader, give their memory back as
 * soon as they are over. All of it is bounded: beyond that, who has not read an answer for the longest time loses the connection.
 */
final class Answers {
    /** Larger memory is not used again. */
    static final int KEPT_BYTES = 64 * 1024;

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence PRIVATE = HttpHeaders.createOptimized("private, no-store");
    private static final int LENGTHS = 1024;
    private static final int KEPT = 128;

    /** So many are enough for requests that come one behind the other on a connection; a burst may leave more. */
    private static final int KEPT_IN_CALM = 32;

    /** To close a connection takes a fraction of a millisecond. */
    private static final int DROPPED_AT_ONCE = 16;

    private final MultiMap[] headers = new MultiMap[LENGTHS];
    private final int[] lengths = new int[LENGTHS];
    private final long mostBytes;
    private final IntFunction<ByteBuf> memory;

    /** Small answers, those that are over among them, the oldest first. */
    private final ArrayDeque<Sent> sent = new ArrayDeque<>(KEPT);

    /** Large answers, and those that were the oldest of too many; none is over. */
    private final Set<Sent> slow = new LinkedHashSet<>();

    private long heldBytes;

    Answers() {
        this(PlatformDependent.maxDirectMemory() / 8 / eventLoops(), Unpooled::directBuffer);
    }

    /** At most {@code mostBytes} wait for their readers, or to be used again. */
    Answers(long mostBytes, IntFunction<ByteBuf> memory) {
        this.mostBytes = mostBytes;
        this.memory = memory;
    }

    private static int eventLoops() {
        Context here = Vertx.currentContext();
        return here == null ? 1 : Math.max(1, here.getInstanceCount());
    }

    /** What an answer says. */
    interface Body {
        /** At least as many bytes as it is written with. */
        int room();

        /** Appends it to memory with that much room. */
        void writeTo(ByteBuf out);
    }

    /** An answer, and whether it is written or its connection gone. */
    private static final class Sent {
        private final HttpConnection connection;
        private final Future<Void> end;
        private final ByteBuf body;

        Sent(HttpConnection connection, Future<Void> end, ByteBuf body) {
            this.connection = connection;
            this.end = end;
            this.body = body;
        }

        boolean isOver() {
            return end.isComplete();
        }
    }

    void send(HttpServerRequest request, byte[] bytes, int length) {
        send(request, new Body() {
            @Override
            public int room() {
                return length;
            }

            @Override
            public void writeTo(ByteBuf out) {
                out.writeBytes(bytes, 0, length);
            }
        });
    }

    void send(HttpServerRequest request, Body body) {
        int room = body.room();
        ByteBuf taken = take(room);
        if (taken == null) {
            HttpService.drop(request.connection(), "memory");
            return;
        }
        Sent answer = new Sent(request.connection(), end(request, body, taken), taken);
        if (room > KEPT_BYTES) {
            awaitEnd(answer);
        } else {
            sent.addLast(answer);
        }
    }

    private Future<Void> end(HttpServerRequest request, Body body, ByteBuf taken) {
        try {
            body.writeTo(taken);
            setHeaders(request.response().headers(), taken.readableBytes());
            return OnePiece.end(request, taken);
        } catch (RuntimeException e) {
            release(taken);
            throw e;
        }
    }

    private void setHeaders(MultiMap own, int length) {
        if (own.isEmpty()) {
            own.setAll(headers(length));
        } else {
            own.set(HttpHeaders.CONTENT_TYPE, JSON).set(HttpHeaders.CACHE_CONTROL, PRIVATE);
        }
    }

    /** What its answers hold: those that are not over, and what is kept for others. */
    long heldBytes() {
        return heldBytes;
    }

    /** Gives back what is kept, now or once it is written. */
    void close() {
        while (!sent.isEmpty()) {
            awaitEnd(sent.removeFirst());
        }
    }

    private MultiMap headers(int length) {
        int place = length & (LENGTHS - 1);
        MultiMap made = headers[place];
        if (made == null || lengths[place] != length) {
            made = HttpHeaders.headers()
                    .set(HttpHeaders.CONTENT_TYPE, JSON)
                    .set(HttpHeaders.CACHE_CONTROL, PRIVATE)
                    .set(HttpHeaders.CONTENT_LENGTH, Integer.toString(length))
                    .copy(false);
            headers[place] = made;
            lengths[place] = length;
        }
        return made;
    }

    /** Memory for that many bytes, with room for a head before them; null if there is none. */
    private @Nullable ByteBuf take(int length) {
        int needed = OnePiece.ROOM + length;
        ByteBuf taken = length <= KEPT_BYTES ? kept(needed) : null;
        if (taken == null) {
            taken = allocate(Math.max(1024, needed));
        }
        return taken == null ? null : taken.setIndex(OnePiece.ROOM, OnePiece.ROOM);
    }

    private @Nullable ByteBuf kept(int needed) {
        Sent free = free();
        if (free != null && free.body.capacity() < needed) {
            release(free.body);
            return null;
        }
        return free == null ? null : free.body;
    }

    private @Nullable Sent free() {
        if (sent.isEmpty()) {
            return null;
        }
        if (sent.getLast().isOver()) {
            Sent last = sent.removeLast();
            if (sent.size() > KEPT_IN_CALM && sent.getFirst().isOver()) {
                release(sent.removeFirst().body);
            }
            return last;
        }
        if (sent.getFirst().isOver()) {
            return sent.removeFirst();
        }
        if (sent.size() == KEPT) {
            awaitEnd(sent.removeFirst());
        }
        return null;
    }

    private @Nullable ByteBuf allocate(int bytes) {
        if (!isRoom(bytes) && !makeRoom(bytes)) {
            return null;
        }
        try {
            ByteBuf made = memory.apply(bytes);
            heldBytes += made.capacity();
            return made;
        } catch (OutOfMemoryError e) {
            return null; // somebody else took it; and where there is none, none is there to say so
        }
    }

    private void release(ByteBuf body) {
        heldBytes -= body.capacity();
        body.release();
    }

    private void awaitEnd(Sent answer) {
        slow.add(answer);
        answer.end.onComplete(over -> {
            if (slow.remove(answer)) {
                heldBytes -= answer.body.capacity();
            }
            answer.body.release();
        });
    }

    private boolean makeRoom(int bytes) {
        for (Iterator<Sent> each = sent.iterator(); each.hasNext(); ) {
            Sent next = each.next();
            if (next.isOver()) {
                each.remove();
                release(next.body);
            }
        }
        for (int i = 0; i < DROPPED_AT_ONCE && !isRoom(bytes); i++) {
            dropSlowest();
        }
        return isRoom(bytes);
    }

    /** An answer that is alone may be as large as it likes. */
    private boolean isRoom(int bytes) {
        return heldBytes == 0 || heldBytes + bytes <= mostBytes;
    }

    /** Its memory no longer counts from here on, and is free as soon as the connection is. */
    private void dropSlowest() {
        if (slow.isEmpty()) {
            awaitEnd(sent.removeFirst());
        }
        if (slow.isEmpty()) {
            return; // it was over since its connection was dropped for another one
        }
        Sent slowest = slow.iterator().next();
        slow.remove(slowest);
        heldBytes -= slowest.body.capacity();
        HttpService.drop(slowest.connection, "unread");
    }
}
