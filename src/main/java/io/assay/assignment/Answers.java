package io.assay.assignment;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Sends answers; one per event loop. Bodies are copied once, into memory that the socket reads, and that is used again once
 * they are written; headers are made once for every length of a body.
 */
final class Answers {
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence PRIVATE = HttpHeaders.createOptimized("private, no-store");
    private static final int LENGTHS = 1024;
    private static final int KEPT = 128;
    private static final int KEPT_BYTES = 64 * 1024;

    private final MultiMap[] headers = new MultiMap[LENGTHS];
    private final int[] lengths = new int[LENGTHS];
    private final ArrayDeque<ByteBuf> free = new ArrayDeque<>(KEPT);

    void send(HttpServerResponse response, byte[] bytes, int length) {
        MultiMap own = response.headers();
        if (own.isEmpty()) {
            own.setAll(headers(length));
        } else {
            own.set(HttpHeaders.CONTENT_TYPE, JSON).set(HttpHeaders.CACHE_CONTROL, PRIVATE);
        }
        ByteBuf body = take(length).writeBytes(bytes, 0, length);
        // a connection that is gone needs no answer, but gives back the memory as well
        response.end(BufferInternal.buffer(body)).onComplete(done -> giveBack(body));
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
        @Nullable ByteBuf kept = free.pollFirst();
        return kept == null ? Unpooled.directBuffer(Math.max(length, 1024)) : kept;
    }

    private void giveBack(ByteBuf body) {
        if (free.size() < KEPT && body.capacity() <= KEPT_BYTES) {
            free.addFirst(body.clear());
        } else {
            body.release();
        }
    }
}
