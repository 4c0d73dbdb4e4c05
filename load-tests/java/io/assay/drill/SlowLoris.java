package io.assay.drill;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Connections that say a byte a second: heads and bodies that never end, at a stage and through the door. */
final class SlowLoris implements AutoCloseable {
    private static final int DOOR = 0;
    private static final int ASSIGNMENT = 3;
    private final Vertx vertx;
    private final NetClient client;
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();

    /* With an event loop of its own: what attackers do to themselves is not to hold up those who ask beside them. */
    private SlowLoris() {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        client = vertx.createNetClient(
                new NetClientOptions().setReconnectAttempts(3).setReconnectInterval(200));
        vertx.setPeriodic(1_000, tick -> open.forEach(socket -> socket.write("x")));
    }

    /** Opens that many connections, in four forms in turn. */
    static SlowLoris at(Scene scene, Node node, int connections) throws Exception {
        SlowLoris loris = new SlowLoris();
        String head = "GET /assignments?user_id=a HTTP/1.1\r\nHost: a\r\nX-";
        String body = "POST /assignments HTTP/1.1\r\nHost: a\r\nX-API-Key: " + scene.key("server")
                + "\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{\"user_id\":\""
                + "x".repeat(50_000);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            int port = node.uri(i % 2 == 0 ? DOOR : ASSIGNMENT, "/").getPort();
            String begin = i % 4 < 2 ? head : body;
            all.add(loris.client.connect(port, "127.0.0.1").compose(socket -> loris.begin(socket, begin)));
        }
        Future.join(all)
                .otherwiseEmpty()
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        return loris;
    }

    private Future<Void> begin(NetSocket socket, String text) {
        open.add(socket);
        socket.closeHandler(closed -> open.remove(socket));
        socket.exceptionHandler(broken -> open.remove(socket));
        return socket.write(text);
    }

    /** Connections that the node has not ended yet. */
    int left() {
        return open.size();
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
