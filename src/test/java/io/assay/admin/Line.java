package io.assay.admin;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stands between a server and its PostgreSQL; it can be cut, fall silent, and come back. */
final class Line implements AutoCloseable {
    private enum State {
        OPEN,
        CUT,
        SILENT
    }

    private final Vertx vertx = Vertx.vertx();
    private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
    private final NetServer listener;
    private final JsonObject postgres;
    private volatile State state = State.OPEN;

    Line(JsonObject postgres) {
        this.postgres = postgres;
        listener = vertx.createNetServer().connectHandler(this::connected);
        listener.listen(0, "127.0.0.1").await();
    }

    private void connected(NetSocket in) {
        in.pause();
        if (state == State.CUT) {
            in.close();
            return;
        }
        sockets.add(in);
        if (state == State.SILENT) {
            return;
        }
        vertx.createNetClient()
                .connect(postgres.getInteger("port"), postgres.getString("host"))
                .onSuccess(out -> {
                    sockets.add(out);
                    out.pipeTo(in);
                    in.pipeTo(out);
                });
    }

    /** The section that leads through here. */
    JsonObject section() {
        return postgres.copy().put("host", "127.0.0.1").put("port", listener.actualPort());
    }

    /** Nothing arrives any more, and nobody is told: not even by those who connect anew. */
    void silence() {
        state = State.SILENT;
        sockets.forEach(NetSocket::pause);
    }

    /** All connections are closed and new ones too. */
    void cut() {
        state = State.CUT;
        sockets.forEach(NetSocket::close);
        sockets.clear();
    }

    /** New connections get through; those that fell silent stay so. */
    void restore() {
        state = State.OPEN;
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
