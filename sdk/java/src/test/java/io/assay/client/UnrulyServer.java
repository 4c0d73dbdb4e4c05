package io.assay.client;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * A server that is away, answers garbage, hangs, loses its answers, sends an older version, and now and then works. It takes an event
 * by its id, as the real one does, and notes if one event comes under two ids.
 */
final class UnrulyServer implements AutoCloseable {
    enum Mood {
        WELL,
        AWAY,
        NOISE,
        GARBAGE,
        HANGING,
        OLDER,
        LOSING_ANSWERS,
        REFUSING
    }

    static final int MAX_GOALS = 1 << 22;

    final AtomicLong taken = new AtomicLong();
    final AtomicLong twice = new AtomicLong();
    final AtomicLong again = new AtomicLong();

    private final AtomicLongArray idOfGoal = new AtomicLongArray(MAX_GOALS);
    private final Map<String, String> idOfExposure = new ConcurrentHashMap<>();
    private final SplittableRandom random = new SplittableRandom(7);
    private final String snapshot;
    private final String older;
    private final int port;
    private volatile Mood mood = Mood.WELL;
    private FakeServer http;
    private ServerSocket noise;

    UnrulyServer(String snapshot, String older) {
        this.snapshot = snapshot;
        this.older = older;
        http = new FakeServer();
        port = http.port();
        listen();
    }

    AssayOptions client() {
        return http.client();
    }

    void becomes(Mood next) throws IOException {
        mood = next;
        if (noise != null) {
            noise.close();
            noise = null;
        }
        boolean isHttp = next != Mood.AWAY && next != Mood.NOISE;
        if (!isHttp && http != null) {
            http.close();
            http = null;
        }
        if (isHttp && http == null) {
            Eventually.holds(() -> http = new FakeServer(port));
            listen();
        }
        if (next == Mood.NOISE) {
            Eventually.holds(() -> noise = new ServerSocket(port, 50, InetAddress.getLoopbackAddress()));
            ServerSocket socket = noise;
            Thread thread = new Thread(() -> makeNoise(socket));
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void listen() {
        http.config = exchange -> {
            if (isWell(exchange)) {
                boolean isOlder = mood == Mood.OLDER;
                exchange.getResponseHeaders().set("ETag", isOlder ? "\"old\"" : "\"new\"");
                FakeServer.json(exchange, 200, isOlder ? older : snapshot);
            }
        };
        http.emergency = exchange -> {
            if (isWell(exchange)) {
                long version = mood == Mood.OLDER ? 1 : 2;
                FakeServer.json(exchange, 200, "{\"version\":" + version + ",\"killed\":[\"killed\"]}");
            }
        };
        http.events = exchange -> {
            if (mood == Mood.LOSING_ANSWERS || isWell(exchange)) {
                List<Map<String, Object>> batch = FakeServer.read(exchange);
                batch.forEach(this::take);
                if (mood == Mood.LOSING_ANSWERS) {
                    exchange.close();
                } else {
                    FakeServer.json(exchange, 201, "{\"received\":" + batch.size() + "}");
                }
            }
        };
    }

    /** Answers for those who are not. */
    private boolean isWell(HttpExchange exchange) throws IOException {
        switch (mood) {
            case GARBAGE ->
                FakeServer.json(exchange, pick(200, 201, 304, 400), "<html>\u0000" + "{".repeat(pick(1, 99, 9_999)));
            case REFUSING -> FakeServer.json(exchange, pick(401, 404, 429, 500, 502, 503), "{\"code\":\"no\"}");
            case HANGING -> {
                while (mood == Mood.HANGING && !Thread.currentThread().isInterrupted()) {
                    LockSupport.parkNanos(10_000_000);
                }
                exchange.close();
            }
            case LOSING_ANSWERS -> exchange.close();
            default -> {
                return true;
            }
        }
        return false;
    }

    private int pick(int... values) {
        synchronized (random) {
            return values[random.nextInt(values.length)];
        }
    }

    private void take(Map<String, Object> event) {
        String id = (String) event.get("id");
        if (event.containsKey("name")) {
            int goal = ((BigDecimal) event.get("value")).intValueExact();
            long number = Long.parseLong(id.substring(id.lastIndexOf('-') + 1)) + 1;
            count(idOfGoal.compareAndSet(goal, 0, number) ? 0 : idOfGoal.get(goal), number);
        } else {
            String before = idOfExposure.putIfAbsent(event.get("user") + " " + event.get("experiment"), id);
            count(before == null ? 0 : before.hashCode(), id.hashCode());
        }
    }

    private void count(long before, long now) {
        (before == 0 ? taken : before == now ? again : twice).incrementAndGet();
    }

    private void makeNoise(ServerSocket socket) {
        byte[] bytes = new byte[512];
        while (!socket.isClosed()) {
            try (Socket connection = socket.accept();
                    OutputStream out = connection.getOutputStream()) {
                synchronized (random) {
                    random.nextBytes(bytes);
                }
                out.write(bytes);
            } catch (IOException e) {
                continue;
            }
        }
    }

    @Override
    public void close() throws IOException {
        becomes(Mood.AWAY);
    }
}
