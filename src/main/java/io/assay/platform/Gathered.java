package io.assay.platform;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import org.jspecify.annotations.Nullable;

/** The pieces of a body: the first as it came, and as soon as there are more all of them in memory beside the heap. */
final class Gathered {
    private static final Buffer NOTHING = Buffer.buffer();

    private Buffer first = NOTHING;
    private @Nullable ByteBuf all;

    int length() {
        return all == null ? first.length() : all.readableBytes();
    }

    /** How much memory it takes: what was gathered has room for more. */
    int held() {
        return all == null ? first.length() : all.capacity();
    }

    void add(Buffer piece) {
        if (length() == 0) {
            first = piece;
            return;
        }
        ByteBuf gathered = all;
        if (gathered == null) {
            gathered = PooledByteBufAllocator.DEFAULT.directBuffer(first.length() + piece.length());
            all = gathered;
            append(gathered, first);
            first = NOTHING;
        }
        append(gathered, piece);
    }

    byte[] bytes() {
        if (all == null) {
            return first.getBytes();
        }
        byte[] bytes = new byte[all.readableBytes()];
        all.getBytes(all.readerIndex(), bytes);
        return bytes;
    }

    /** Gives the memory back; nothing is in it then. */
    void drop() {
        first = NOTHING;
        if (all != null) {
            all.release();
            all = null;
        }
    }

    private static void append(ByteBuf to, Buffer piece) {
        to.writeBytes(((BufferInternal) piece).getByteBuf());
    }
}
