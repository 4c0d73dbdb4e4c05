package io.assay.openfeature;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.assay.client.AssayClient;
import io.assay.client.AssayOptions;
import io.assay.protocol.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server as the SDK sees it, whose snapshot, emergency list and health a test decides. */
final class FakeAssay implements AutoCloseable {
    /** Events that were delivered, each with {@code user_id}. */
    final List<Map<String, Object>> events = new CopyOnWriteArrayList<>();

    volatile String config = "";
    volatile String emergency = "{\"version\":1,\"killed\":[]}";
    volatile boolean isAway;

    private final List<AssayClient> clients = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    FakeAssay() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** An experiment that everybody is in. */
    static String experiment(String key, String variants, String more) {
        String salt = String.format("%08x", key.hashCode());
        String layer = String.format("%08x", ~key.hashCode());
        return """
                {"id": "id-of-%s", "key": "%s", "salt": "%s", "layer": {"salt": "%s"}, "variants": [%s]%s}"""
                .formatted(key, key, salt, layer, variants, more);
    }

    static String snapshot(long version, String... experiments) {
        return "{\"schema\": 1, \"version\": " + version + ", \"experiments\": [" + String.join(",", experiments)
                + "]}";
    }

    AssayOptions options() {
        return AssayClient.builder("http://127.0.0.1:" + server.getAddress().getPort(), "key")
                .pollInterval(Duration.ofMillis(20))
                .emergencyInterval(Duration.ofMillis(20))
                .retryBase(Duration.ofMillis(10))
                .flushInterval(Duration.ofMillis(20));
    }

    AssayClient client() {
        AssayClient client = options().build();
        clients.add(client);
        return client;
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        if (isAway || (path.equals("/config") && config.isEmpty())) {
            respond(exchange, 503, "{}");
        } else if (path.equals("/events")) {
            respond(exchange, 201, "{\"received\":" + take(body) + "}");
        } else {
            String document = path.equals("/config") ? config : emergency;
            String tag = "\"" + document.hashCode() + "\"";
            exchange.getResponseHeaders().add("ETag", tag);
            boolean isKnown = Objects.equals(tag, exchange.getRequestHeaders().getFirst("If-None-Match"));
            respond(exchange, isKnown ? 304 : 200, document);
        }
    }

    private int take(byte[] body) {
        Map<?, ?> request = (Map<?, ?>) Objects.requireNonNull(Json.parse(body, Json.Limits.BODY));
        List<?> parts = request.containsKey("batch") ? (List<?>) request.get("batch") : List.of(request);
        int before = events.size();
        for (Object part : parts) {
            Map<?, ?> ofUser = (Map<?, ?>) part;
            for (Object event : (List<?>) ofUser.get("events")) {
                Map<String, Object> copy = new java.util.HashMap<>();
                ((Map<?, ?>) event).forEach((name, value) -> copy.put((String) name, value));
                copy.put("user_id", ofUser.get("user_id"));
                events.add(copy);
            }
        }
        return events.size() - before;
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, status == 304 ? -1 : bytes.length);
        if (status != 304) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    @Override
    public void close() {
        clients.forEach(AssayClient::close);
        server.stop(0);
        threads.shutdownNow();
    }
}
