package io.assay.platform;

import io.micrometer.core.instrument.Counter;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The connections of one server on one event loop: none of them may take its time without measure. */
final class Connections {
    /*
     * An idle time-out alone is no measure: a client that sends a byte a minute is never idle. So what counts here is progress:
     * a head, an answer. Time is counted in ticks of a second, and a request costs one look-up and a few stores. Nothing of a
     * request is held once it is over: its handlers know its body, and thousands of connections may idle.
     *
     *     state                               may last            a connection is in it
     *     nothing has been asked yet          headSeconds         from its start
     *     asked, not answered                 requestSeconds      from the head of the request
     *     answered, the body still comes      LINGER              from the answer (so that it is read before the end)
     *     answered                            idleSeconds         from the answer
     *     answered, and sent elsewhere        a second or two     from the answer (which says that this was the last)
     */
    private static final int LINGER_SECONDS = 5;

    private static final List<String> REASONS = List.of("head", "request", "body", "idle", "crowd", "drain");

    /** To close one takes a fraction of a millisecond, and an attacker's all become due at the same time. */
    private static final int DROPPED_AT_ONCE = 16;

    private final IdentityHashMap<HttpConnection, Watched> open = new IdentityHashMap<>();
    private final ArrayDeque<Overdue> overdue = new ArrayDeque<>();
    private final HttpConfig.Patience patience;
    private final int most;
    private int now;

    /** At most {@code most} at a time. */
    Connections(HttpConfig.Patience patience, int most) {
        this.patience = patience;
        this.most = most;
        REASONS.forEach(Connections::dropped); // shown from the start, so that a rate begins at zero
    }

    /** A connection, and what it does. */
    static final class Watched {
        private final HttpConnection connection;

        /** The last one, until it is over on both sides. */
        private @Nullable HttpServerRequest last;

        private boolean asked;

        private boolean answered;

        /** Its last answer asks the client to come back on another connection. */
        private boolean leaving;

        private int since;

        private Watched(HttpConnection connection, int since) {
            this.connection = connection;
            this.since = since;
        }

        private boolean isFree() {
            return last == null || last.response().ended();
        }

        private boolean isComing() {
            return last != null && !last.isEnded();
        }
    }

    void opened(HttpConnection connection) {
        if (open.size() >= most) {
            yieldOne();
        }
        if (open.size() >= most) {
            drop(connection, "crowd");
            return;
        }
        open.put(connection, new Watched(connection, now));
        connection.closeHandler(closed -> open.remove(connection));
    }

    void asked(HttpServerRequest request, boolean leaving) {
        Watched watched = open.get(request.connection());
        if (watched != null) {
            watched.last = request;
            watched.asked = true;
            watched.answered = false;
            watched.leaving = leaving;
            watched.since = now;
        }
    }

    int count() {
        return open.size();
    }

    private record Overdue(Watched watched, int since, String reason) {}

    /** A second has passed; whom that makes overdue, {@link #dropSome} drops. */
    void tick() {
        now++;
        overdue.clear();
        for (Watched each : new ArrayList<>(open.values())) {
            if (!each.asked) {
                limit(each, patience.headSeconds(), "head");
            } else if (!each.isFree()) {
                limit(each, patience.requestSeconds(), "request");
            } else {
                answered(each);
            }
        }
    }

    private void answered(Watched watched) {
        if (!watched.answered) {
            watched.answered = true;
            watched.since = now;
        }
        if (watched.isComing()) {
            limit(watched, LINGER_SECONDS, "body");
        } else {
            watched.last = null;
            limit(watched, watched.leaving ? 0 : patience.idleSeconds(), watched.leaving ? "drain" : "idle");
        }
    }

    private void limit(Watched watched, int seconds, String reason) {
        if (now - watched.since > seconds) {
            overdue.add(new Overdue(watched, watched.since, reason));
        }
    }

    /** Drops a few of those that are overdue and have not come to life since; whether there are more. */
    boolean dropSome() {
        for (int i = 0; i < DROPPED_AT_ONCE && !overdue.isEmpty(); i++) {
            Overdue next = overdue.remove();
            HttpConnection connection = next.watched.connection;
            if (next.watched.since == next.since && open.remove(connection, next.watched)) {
                drop(connection, next.reason);
            }
        }
        return !overdue.isEmpty();
    }

    /** Takes the place of the one that has asked nothing for the longest time, or else has been asking for it. */
    private void yieldOne() {
        Watched idle = oldest(Watched::isFree);
        Watched oldest = idle == null ? oldest(Watched::isComing) : idle;
        if (oldest != null) {
            open.remove(oldest.connection);
            drop(oldest.connection, "crowd");
        }
    }

    private @Nullable Watched oldest(Predicate<Watched> ofThose) {
        Watched oldest = null;
        for (Watched each : open.values()) {
            if (ofThose.test(each) && (oldest == null || each.since < oldest.since)) {
                oldest = each;
            }
        }
        return oldest;
    }

    private static Counter dropped(String reason) {
        return Counter.builder("assay_http_dropped_connections")
                .description("Connections closed because they took too long, were too many, or the process drains")
                .tag("reason", reason)
                .register(Meters.registry());
    }

    /** Ends it at once: in order would be after its answers, which a client that does not read can put off for ever. */
    static void drop(HttpConnection connection, String reason) {
        dropped(reason).increment();
        if (connection instanceof HttpServerConnection known) {
            var unused = known.channelHandlerContext().close();
        } else {
            var unused = connection.close();
        }
    }
}
