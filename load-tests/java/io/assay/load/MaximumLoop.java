package io.assay.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A driver that finds the most a server answers: every connection always has the same number of requests under way.
 *
 * <p>Says nothing of latency. It has to be cheaper than the server it measures: one thread on bare sockets, requests are bytes
 * made beforehand, and of an answer only the head is looked at.
 */
final class MaximumLoop {
    private static final int READ_BYTES = 64 * 1024;
    private static final int SEND_BYTES = 256 * 1024;

    private final InetSocketAddress server;
    private final int expected;
    private final int connections;
    private final int pipelining;
    private final ByteBuffer requests;
    private final int[] ends;
    private final ByteBuffer received = ByteBuffer.allocateDirect(READ_BYTES);
    private long answered;
    private int underWay;
    private boolean stopping;

    /** Sends these requests in turn and counts answers of that status. */
    MaximumLoop(URI url, List<String> requests, int expected, Options options) {
        server = new InetSocketAddress(url.getHost(), url.getPort());
        this.expected = expected;
        connections = options.number("connections", 32);
        pipelining = options.number("pipelining", 1);
        byte[] all = String.join("", requests).getBytes(StandardCharsets.UTF_8);
        this.requests = ByteBuffer.allocateDirect(all.length).put(all);
        ends = new int[requests.size()];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += requests.get(i).getBytes(StandardCharsets.UTF_8).length;
            ends[i] = end;
        }
    }

    /** How many requests were answered as expected in that many seconds. */
    long run(int seconds) throws IOException {
        answered = 0;
        stopping = false;
        underWay = 0;
        List<Connection> open = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                open.add(new Connection(selector, i));
            }
            for (Connection connection : open) {
                connection.send(pipelining);
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() < end) {
                selector.select(key -> ((Connection) key.attachment()).receive(), 100);
            }
            stopping = true;
            long last = end + TimeUnit.SECONDS.toNanos(1);
            while (underWay > 0
                    && System.nanoTime() < last) { // a connection with an answer on it can't be closed in peace
                selector.select(key -> ((Connection) key.attachment()).receive(), 100);
            }
        } finally {
            for (Connection connection : open) {
                connection.channel.close();
            }
        }
        return answered;
    }

    private final class Connection {
        private final SocketChannel channel;
        private final AnswerReader reader = new AnswerReader();
        private int next;

        Connection(Selector selector, int number) throws IOException {
            channel = SocketChannel.open(server);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BYTES);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
            next = number * 97 % ends.length;
        }

        void receive() {
            try {
                received.clear();
                if (channel.read(received) < 0) {
                    throw new IOException("the server closed a connection");
                }
                int complete = reader.read(received.flip());
                int good = reader.takeCount(expected);
                underWay -= complete;
                if (!stopping) {
                    answered += good;
                    send(complete);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private void send(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                requests.limit(ends[next]).position(next == 0 ? 0 : ends[next - 1]);
                channel.write(requests);
                if (requests.hasRemaining()) {
                    throw new IOException("a request does not fit into the socket's buffer");
                }
                underWay++;
                next = next + 1 == ends.length ? 0 : next + 1;
            }
        }
    }
}
