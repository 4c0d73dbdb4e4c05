package io.assay.load;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A driver that finds the most a server answers: every connection always has the same number of requests under way.
 *
 * <p>Says nothing of latency. It has to be cheaper than the server it measures, so requests are bytes made beforehand and
 * answers are only counted, by their status lines.
 */
final class MaximumLoop {
    private static final byte[] OK = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);
    private static final int PREPARED = 4096;

    private final Vertx vertx;
    private final NetClient client;
    private final URI url;
    private final int connections;
    private final int pipelining;
    private final List<Buffer> requests = new ArrayList<>();
    private final List<Connection> open = new ArrayList<>();

    MaximumLoop(Vertx vertx, URI url, Options options) {
        this.vertx = vertx;
        this.url = url;
        client = vertx.createNetClient();
        connections = options.number("connections", 32);
        pipelining = options.number("pipelining", 1);
        Random random = new Random(1);
        for (int i = 0; i < PREPARED; i++) {
            requests.add(Buffer.buffer("GET " + Scenario.ASSIGNMENTS.path(random)
                    + " HTTP/1.1\r\nHost: a\r\nX-API-Key: " + options.key() + "\r\n\r\n"));
        }
    }

    /** How many requests are answered with 200 in that many seconds. */
    Future<Long> run(int seconds) {
        List<Future<?>> connected = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            connected.add(client.connect(url.getPort(), url.getHost())
                    .onSuccess(socket -> open.add(new Connection(socket, open.size()))));
        }
        Promise<Long> answered = Promise.promise();
        return Future.all(connected).compose(all -> {
            open.forEach(Connection::begin);
            vertx.setTimer(seconds * 1000L, timer -> {
                answered.complete(open.stream().mapToLong(c -> c.answered).sum());
                open.forEach(c -> c.socket.close());
                open.clear();
            });
            return answered.future();
        });
    }

    private final class Connection {
        final NetSocket socket;
        long answered;
        private int next;
        private int matched;

        Connection(NetSocket socket, int number) {
            this.socket = socket;
            next = number * 97;
            socket.handler(this::count);
        }

        void begin() {
            send(pipelining);
        }

        private void send(int count) {
            if (count == 1) {
                socket.write(request());
                return;
            }
            Buffer batch = Buffer.buffer();
            for (int i = 0; i < count; i++) {
                batch.appendBuffer(request());
            }
            socket.write(batch);
        }

        private Buffer request() {
            return requests.get(next++ & (PREPARED - 1));
        }

        private void count(Buffer bytes) {
            byte[] received = bytes.getBytes();
            int found = 0;
            for (byte b : received) {
                matched = b == OK[matched] ? matched + 1 : b == OK[0] ? 1 : 0;
                if (matched == OK.length) {
                    found++;
                    matched = 0;
                }
            }
            if (found > 0) {
                answered += found;
                send(found);
            }
        }
    }
}
