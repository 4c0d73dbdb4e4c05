package io.assay.drill;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Connections that say a byte a second: heads and bodies that never end, at a stage and through the door. As long as it strikes,
 * each one that the node ends is opened anew.
 */
final class SlowLoris implements AutoCloseable {
    /** How many connections a second are opened; also in how many parts a second is, each the turn of other connections. */
    static final int RATE = 500;

    private static final int TICK_MILLIS = 10;
    private static final int TICKS = 1_000 / TICK_MILLIS;
    private static final int OPENED_EACH_TICK = RATE / TICKS;
    private static final int DOOR = 0;
    private static final int ASSIGNMENT = 3;

    private final Vertx vertx;
    private final NetClient client;
    private final List<Form> forms;
    private final ArrayDeque<Form> missing = new ArrayDeque<>();
    private final List<Set<NetSocket>> open = Stream.<Set<NetSocket>>generate(ConcurrentHashMap::newKeySet)
            .limit(TICKS)
            .toList();
    private volatile boolean striking = true;
    private int ticks;
    private int begun;

    /** Where such a connection goes, and what it begins with. */
    private record Form(int port, Buffer beginning) {}

    /* With an event loop of its own: what attackers do to themselves is not to hold up those who ask beside them. */
    private SlowLoris(List<Form> forms, int connections) {
        this.forms = forms;
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        client = vertx.createNetClient(
                new NetClientOptions().setReconnectAttempts(3).setReconnectInterval(200));
        for (int i = 0; i < connections; i++) {
            missing.add(forms.get(i % forms.size()));
        }
        vertx.setPeriodic(TICK_MILLIS, tick -> tick());
    }

    /** Begins to open that many connections, in four forms in turn. */
    static SlowLoris at(Scene scene, Node node, int connections) throws Exception {
        int door = node.uri(DOOR, "/").getPort();
        int stage = node.uri(ASSIGNMENT, "/").getPort();
        Buffer head = Buffer.buffer("GET /assignments?user_id=a HTTP/1.1\r\nHost: a\r\nX-");
        Buffer body = Buffer.buffer("POST /assignments HTTP/1.1\r\nHost: a\r\nX-API-Key: " + scene.key("server")
                + "\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{\"user_id\":\""
                + "x".repeat(50_000));
        return new SlowLoris(
                List.of(new Form(door, head), new Form(stage, head), new Form(door, body), new Form(stage, body)),
                connections);
    }

    private void tick() {
        open.get(ticks++ % TICKS).forEach(socket -> socket.write("x"));
        for (int i = 0; i < OPENED_EACH_TICK && striking && !missing.isEmpty(); i++) {
            Form form = missing.remove();
            client.connect(form.port(), "127.0.0.1")
                    .compose(socket -> begin(socket, form))
                    .onFailure(refused -> missing.add(form));
        }
    }

    private Future<Void> begin(NetSocket socket, Form form) {
        Set<NetSocket> turn = open.get(begun++ % TICKS);
        turn.add(socket);
        socket.exceptionHandler(broken -> {}); // it closes, too
        socket.closeHandler(closed -> {
            turn.remove(socket);
            missing.add(form);
        });
        return socket.write(form.beginning()).otherwiseEmpty();
    }

    /** Opens no more. */
    void rest() {
        striking = false;
    }

    /** Connections that the node has not ended yet. */
    int left() {
        return open.stream().mapToInt(Set::size).sum();
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
