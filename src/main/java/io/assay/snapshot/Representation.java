package io.assay.snapshot;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * A body in both codings, ready to be sent, each with its strong entity tag. The buffers are shared and not to be changed.
 */
public record Representation(Buffer plain, String etag, Buffer gzip, String gzipEtag) {
    /** Of these bytes; takes its time, so off the event loops. */
    public static Representation of(byte[] bytes) {
        String tag = Sha256.hex(bytes).substring(0, 32);
        return new Representation(outside(bytes), '"' + tag + '"', outside(gzip(bytes)), '"' + tag + "-gzip\"");
    }

    /** In memory that the socket reads: of any other, each answer that a client is slow to read would be a copy. */
    private static Buffer outside(byte[] bytes) {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(
                ByteBuffer.allocateDirect(bytes.length).put(bytes).flip()));
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 4 + 64);
        try (OutputStream gzip = new Gzip(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Once per swap, so the smallest result is worth its time. */
    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
