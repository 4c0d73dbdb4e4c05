import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.assay.client.AssayClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A shop of one file: GET /button?user=ID says how the button looks, POST /purchase?user=ID buys something. */
public final class Shop {
    public static void main(String[] arguments) throws IOException {
        String key = Files.readString(Path.of(setting("ASSAY_KEYS", ".assay/keys"), "server")).strip();
        AssayClient assay = AssayClient.builder(setting("ASSAY_URL", "http://127.0.0.1:8080"), key).build();
        Runtime.getRuntime().addShutdownHook(new Thread(assay::close)); // sends what still waits
        assay.awaitReady(Duration.ofSeconds(2));

        int port = Integer.parseInt(setting("PORT", "8091"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/button", request -> {
            String user = user(request);
            String variant = assay.getVariant("example_button", user); // records the exposure, once
            answer(request, "{\"variant\":\"" + variant + "\",\"config\":"
                    + assay.getAssignment("example_button", user).configJson() + "}");
        });
        server.createContext("/purchase", request -> {
            assay.track("example_purchase", user(request), 9.99);
            answer(request, "{\"thanks\":true}");
        });
        server.start();
        System.out.println("The shop is at http://127.0.0.1:" + server.getAddress().getPort() + "/button?user=u123");
    }

    private static String user(HttpExchange request) {
        String query = request.getRequestURI().getQuery();
        return query != null && query.startsWith("user=") ? query.substring(5) : "nobody";
    }

    private static void answer(HttpExchange request, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        request.getResponseHeaders().set("Content-Type", "application/json");
        request.sendResponseHeaders(200, body.length);
        request.getResponseBody().write(body);
        request.close();
    }

    private static String setting(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }
}
