package io.assay.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.assay.protocol.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A real HTTP server that answers what a test wants, and knows what it was sent. */
final class FakeServer implements AutoCloseable {
    /** What is done with a request. */
    interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    volatile Handler config = this::nothing;
    volatile Handler emergency = exchange -> json(exchange, 200, "{\"version\":1,\"killed\":[]}");
    volatile Handler events = exchange -> take(exchange);

    final AtomicInteger configRequests = new AtomicInteger();
    final List<String> tags = new CopyOnWriteArrayList<>();
    final ConcurrentLinkedQueue<List<Map<String, Object>>> batches = new ConcurrentLinkedQueue<>();
    final Set<String> ids = ConcurrentHashMap.newKeySet();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    FakeServer() {
        this(0);
    }

    FakeServer(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.setExecutor(threads);
        server.createContext("/config", exchange -> {
            configRequests.incrementAndGet();
            tags.add(String.valueOf(exchange.getRequestHeaders().getFirst("If-None-Match")));
            config.handle(exchange);
        });
        server.createContext("/config/emergency", exchange -> emergency.handle(exchange));
        server.createContext("/events", exchange -> events.handle(exchange));
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    /** A client that asks often. */
    AssayOptions client() {
        return AssayClient.builder(url(), "key")
                .pollInterval(java.time.Duration.ofMillis(40))
                .emergencyInterval(java.time.Duration.ofMillis(40))
                .flushInterval(java.time.Duration.ofMillis(40))
                .retryBase(java.time.Duration.ofMillis(20))
                .requestTimeout(java.time.Duration.ofSeconds(20))
                .closeTimeout(java.time.Duration.ofSeconds(20));
    }

    /** Serves a snapshot with an ETag, and 304 to whoever has it. */
    FakeServer serve(String snapshot, String tag) {
        config = exchange -> {
            exchange.getResponseHeaders().set("ETag", tag);
            if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                exchange.sendResponseHeaders(304, -1);
                exchange.close();
            } else {
                json(exchange, 200, snapshot);
            }
        };
        return this;
    }

    FakeServer kill(long version, String keys) {
        emergency = exchange -> json(exchange, 200, "{\"version\":" + version + ",\"killed\":[" + keys + "]}");
        return this;
    }

    /** The events of all batches in the order in which they came. */
    List<Map<String, Object>> allEvents() {
        List<Map<String, Object>> all = new ArrayList<>();
        batches.forEach(all::addAll);
        return all;
    }

    /** Takes the events of a request as the server does. */
    void take(HttpExchange exchange) throws IOException {
        List<Map<String, Object>> batch = read(exchange);
        batches.add(batch);
        batch.forEach(event -> ids.add((String) event.get("id")));
        json(exchange, 201, "{\"received\":" + batch.size() + "}");
    }

    /** The events of a request, each with its user. */
    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> read(HttpExchange exchange) throws IOException {
        Map<String, Object> body =
                (Map<String, Object>) Json.parse(exchange.getRequestBody().readAllBytes(), Json.Limits.SNAPSHOT);
        List<Map<String, Object>> events = new ArrayList<>();
        for (Map<String, Object> entry : (List<Map<String, Object>>) body.get("batch")) {
            for (Map<String, Object> event : (List<Map<String, Object>>) entry.get("events")) {
                event.put("user", entry.get("user_id"));
                events.add(event);
            }
        }
        return events;
    }

    static void json(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, status == 304 ? -1 : bytes.length);
        if (status != 304) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    private void nothing(HttpExchange exchange) throws IOException {
        json(exchange, 503, "{}");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
