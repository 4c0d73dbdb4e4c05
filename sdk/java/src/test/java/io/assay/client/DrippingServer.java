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

/** A server that sends a byte now and then and never comes to an end: in the headers, or in the body. */
final class DrippingServer implements AutoCloseable {
    private static final long PAUSE_NANOS = 20_000_000;

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
                boolean inHeaders = connections++ % 2 == 0;
                threads.execute(() -> drip(connection, inHeaders));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void drip(Socket connection, boolean inHeaders) {
        try (connection;
                OutputStream out = connection.getOutputStream()) {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write((inHeaders ? "X-" : "Content-Length: 1000000\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write('a');
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
