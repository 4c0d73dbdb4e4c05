package io.assay.snapshot;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * A body in both codings, ready to be sent, each with its strong entity tag. The buffers are shared and not to be changed.
 */
public record Representation(Buffer plain, String etag, Buffer gzip, String gzipEtag) {
    /** Of these bytes; takes its time, so off the event loops. */
    public static Representation of(byte[] bytes) {
        String tag = Sha256.hex(bytes).substring(0, 32);
        return new Representation(
                Buffer.buffer(bytes), '"' + tag + '"', Buffer.buffer(gzip(bytes)), '"' + tag + "-gzip\"");
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
