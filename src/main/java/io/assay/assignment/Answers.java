package io.assay.assignment;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Sends answers; one per event loop. Bodies are copied once, into memory that the socket reads, and that is used again once
 * they are written; headers are made once for every length of a body.
 *
 * <p>Who needs memory looks whether an answer is written by now: to be told of each would cost every request. The last one mostly
 * is, and its memory is still in the processor.
 */
final class Answers {
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence PRIVATE = HttpHeaders.createOptimized("private, no-store");
    private static final int LENGTHS = 1024;
    private static final int KEPT = 128;
    private static final int KEPT_BYTES = 64 * 1024;

    private final MultiMap[] headers = new MultiMap[LENGTHS];
    private final int[] lengths = new int[LENGTHS];
    private final ArrayDeque<Sent> sent = new ArrayDeque<>(KEPT);

    /** An answer, and whether it is written or its connection gone. */
    private record Sent(Future<Void> end, ByteBuf body) {
        boolean isOver() {
            return end.isComplete();
        }
    }

    void send(HttpServerResponse response, byte[] bytes, int length) {
        MultiMap own = response.headers();
        if (own.isEmpty()) {
            own.setAll(headers(length));
        } else {
            own.set(HttpHeaders.CONTENT_TYPE, JSON).set(HttpHeaders.CACHE_CONTROL, PRIVATE);
        }
        ByteBuf body = take(length).writeBytes(bytes, 0, length);
        sent.addLast(new Sent(response.end(BufferInternal.buffer(body)), body));
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

    private ByteBuf take(int length) {
        Sent free = free();
        if (free != null && free.body.capacity() <= KEPT_BYTES) {
            return free.body.clear();
        }
        if (free != null) {
            free.body.release();
        }
        return Unpooled.directBuffer(Math.max(length, 1024));
    }

    private @Nullable Sent free() {
        if (sent.isEmpty()) {
            return null;
        }
        if (sent.getLast().isOver()) {
            return sent.pollLast();
        }
        if (sent.getFirst().isOver()) {
            return sent.pollFirst();
        }
        if (sent.size() == KEPT) {
            Sent slow = sent.removeFirst();
            slow.end.onComplete(over -> slow.body.release());
        }
        return null;
    }
}
