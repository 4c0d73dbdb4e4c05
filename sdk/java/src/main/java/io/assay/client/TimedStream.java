package io.assay.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * What comes from a server, bounded in bytes and in time at every read.
 *
 * <p>It stands below whatever unpacks, which may read for ever without giving anything out: a name without an end in the head of gzip,
 * blocks that hold nothing.
 */
final class TimedStream extends FilterInputStream {
    private final long deadline;
    private final int maxBytes;
    private int bytes;

    TimedStream(InputStream in, long deadline, int maxBytes) {
        super(in);
        this.deadline = deadline;
        this.maxBytes = maxBytes;
    }

    @Override
    public int read() throws IOException {
        int b = in.read();
        counted(b < 0 ? 0 : 1);
        return b;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int n = in.read(into, offset, length);
        counted(Math.max(0, n));
        return n;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void counted(int more) throws IOException {
        bytes += more;
        if (bytes > maxBytes) {
            throw new IOException("answer: more than " + maxBytes + " bytes");
        }
        if (System.nanoTime() - deadline > 0) {
            throw new IOException("answer: not all of it in time");
        }
    }
}
