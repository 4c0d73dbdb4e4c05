package io.assay.client;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** A server that sends a byte now and then and never comes to an end: in the headers, in the body, or in what gzip gives nothing for. */
final class DrippingServer implements AutoCloseable {
    private static final long PAUSE_NANOS = 20_000_000;

    /** What is sent at once, and then for ever. */
    private enum Kind {
        HEADERS("X-", "a"),
        BODY("Content-Length: 1000000\r\n\r\n", "a"),
        GZIP_NAME("Content-Encoding: gzip\r\n\r\n\u001f\u008b\b\b\0\0\0\0\0\0", "a"),
        GZIP_NOTHING("Content-Encoding: gzip\r\n\r\n\u001f\u008b\b\0\0\0\0\0\0\0", "\0\0\0\u00ff\u00ff");

        private final byte[] first;
        private final byte[] rest;

        Kind(String first, String rest) {
            this.first = first.getBytes(StandardCharsets.ISO_8859_1);
            this.rest = rest.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private int connections;

    DrippingServer() throws IOException {
        threads.execute(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                Kind kind = Kind.values()[connections++ % Kind.values().length];
                threads.execute(() -> drip(connection, kind));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void drip(Socket connection, Kind kind) {
        try (connection;
                OutputStream out = connection.getOutputStream()) {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(kind.first);
            for (int i = 0; true; i++) {
                out.write(kind.rest[i % kind.rest.length]);
                out.flush();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException gone) {
            // the client gave up, as it should
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.shutdownNow();
    }
}
