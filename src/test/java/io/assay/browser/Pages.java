package io.assay.browser;

import io.assay.testkit.NodeModules;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.StaticHandler;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A site on loopback that is no part of Assay: the pages of the tests, the SDK as it lies in the tree and the packages that
 * npm got. Each host name below localhost is an origin of its own.
 */
public final class Pages implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final Map<String, byte[]> data = new ConcurrentHashMap<>();
    private final HttpServer server;

    private Pages() {
        Router router = Router.router(vertx);
        router.get("/data/:name").handler(this::data);
        router.get().handler(Pages::forAll);
        router.get("/sdk/*").handler(files(Path.of("sdk/js")));
        router.get("/modules/*").handler(files(NodeModules.of("sdk/openfeature/js")));
        router.get("/examples/*").handler(files(Path.of("examples")));
        router.get("/*").handler(files(Path.of("src/test/resources/browser")));
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .await();
    }

    /** Opens the site on a free port. */
    public static Pages open() {
        return new Pages();
    }

    /** The address of a page at the origin of that name, with a query of names and values. */
    public String url(String origin, String page, String... query) {
        Map<String, String> parts = new LinkedHashMap<>();
        for (int i = 0; i < query.length; i += 2) {
            parts.put(query[i], query[i + 1]);
        }
        String text = parts.entrySet().stream()
                .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return "http://%s.localhost:%d/%s?%s".formatted(origin, server.actualPort(), page, text);
    }

    /** Puts bytes below /data/. */
    public void put(String name, byte[] bytes) {
        data.put(name, bytes);
    }

    private void data(RoutingContext request) {
        byte[] bytes = data.get(request.pathParam("name"));
        if (bytes == null) {
            request.fail(404);
        } else {
            request.response().end(Buffer.buffer(bytes));
        }
    }

    /** Also for frames that have no origin. */
    private static void forAll(RoutingContext request) {
        request.response().putHeader("Access-Control-Allow-Origin", "*");
        request.next();
    }

    private static StaticHandler files(Path folder) {
        return StaticHandler.create(
                        FileSystemAccess.ROOT, folder.toAbsolutePath().toString())
                .setCachingEnabled(false)
                .setFilesReadOnly(false);
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
