package io.assay.platform;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server of one stage: limits, problem+json for every failure, and a drain at the end: a request in flight
 * is answered before the server goes away.
 */
public final class HttpService {
    private static final int DRAIN_SECONDS = 5;
    private static final int PAUSE_MILLIS = 10;
    private static final String MISSPELT = "The address can't be decoded (expected: percent-encoded UTF-8).";
    private static final String PORTS = "assay.ports";
    private static final String ROUTERS = "assay.routers";

    private final Vertx vertx;
    private final String stage;
    private final HttpConfig config;
    private @Nullable HttpServer server;
    private @Nullable LoopDelay delay;
    private long ticking;

    public HttpService(Vertx vertx, String stage, HttpConfig config) {
        this.vertx = vertx;
        this.stage = stage;
        this.config = config;
    }

    /** A router whose failures all become problem+json; bodies are added by {@link #body}. */
    public static Router router(Vertx vertx) {
        Router router = RoutedRequest.router(vertx);
        router.route().handler(AccessLog::handle);
        for (int status : new int[] {400, 401, 403, 404, 406, 408, 413, 414, 415, 500}) {
            router.errorHandler(status, ctx -> Problem.handle(ctx, status));
        }
        router.errorHandler(405, ctx -> {
            // vertx-web sets Allow only when it answers a 405 itself
            ctx.response().putHeader("Allow", String.join(", ", methodsAt(router, ctx.normalizedPath())));
            Problem.handle(ctx, 405);
        });
        router.route().failureHandler(ctx -> Problem.handle(ctx, 500));
        routers(vertx).all().add(router);
        return router;
    }

    private record Routers(List<Router> all) implements Shareable {}

    private static Routers routers(Vertx vertx) {
        LocalMap<String, Routers> map = vertx.sharedData().getLocalMap(ROUTERS);
        return map.computeIfAbsent(ROUTERS, name -> new Routers(new CopyOnWriteArrayList<>()));
    }

    /** Method and template of every route of this process, such as {@code GET /experiments/:name}. */
    public static Set<String> routes(Vertx vertx) {
        Set<String> routes = new TreeSet<>();
        for (Router router : routers(vertx).all()) {
            for (Route route : router.getRoutes()) {
                if (route.getPath() != null && route.methods() != null) {
                    route.methods().forEach(method -> routes.add(method.name() + " " + route.getPath()));
                }
            }
        }
        return routes;
    }

    private static Set<String> methodsAt(Router router, String path) {
        Set<String> names = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            String template = route.getPath();
            if (template != null
                    && route.methods() != null
                    && path.matches(template.replaceAll(":[A-Za-z0-9_]+", "[^/]+"))) {
                route.methods().forEach(method -> names.add(method.name()));
            }
        }
        return names;
    }

    /** The handler that reads a body of at most that many bytes (else 413), and unpacks it. */
    public static Handler<RoutingContext> body(long maxBytes) {
        return body(maxBytes, bytes -> null);
    }

    /** The same, which parses it, too; a large one beside the event loop, so a parser keeps nothing. */
    public static Handler<RoutingContext> body(long maxBytes, Function<byte[], ?> parser) {
        return Bodies.reader(new BodyParser(maxBytes, parser));
    }

    /** The body that {@link #body} read; empty if there is none. */
    public static byte[] bytes(RoutingContext ctx) {
        return BodyParser.bytes(ctx);
    }

    /** What the parser of {@link #body} made of it; throws what that threw. */
    public static @Nullable Object parsed(RoutingContext ctx) {
        return BodyParser.parsed(ctx);
    }

    /** Lets the body go, and what was made of it, while its request goes on: for answers that wait for others. */
    public static void forgetBody(RoutingContext ctx) {
        BodyParser.forget(ctx);
    }

    /** Listens; completes when the port is open. Several instances of a stage share one port. Bodies stay coded as they come. */
    public Future<Void> listen(Handler<HttpServerRequest> handler) {
        return listen(handler, RequestMeter.NO_ROUTE);
    }

    /**
     * The same, with a handler that answers some requests itself and leaves the others to a {@link #router}.
     *
     * @param unrouted the route template of those that no router sees
     */
    public Future<Void> listen(Handler<HttpServerRequest> handler, String unrouted) {
        int instances = Math.max(1, vertx.getOrCreateContext().getInstanceCount());
        Connections connections =
                new Connections(config.patience(), Math.max(1, config.patience().connections() / instances));
        ticking = vertx.setPeriodic(1_000, id -> {
            connections.tick();
            dropSome(connections);
        });
        delay = LoopDelay.watch(vertx, stage);
        HttpServer created = vertx.createHttpServer(options())
                .connectionHandler(connections::opened)
                .invalidRequestHandler(Problem::unreadable)
                .requestHandler(guarded(handler, connections, unrouted));
        server = created;
        return created.listen()
                .recover(e -> Future.failedFuture(new IllegalStateException(
                        stage + " can't listen on " + config.host() + ":" + config.port() + ": " + e.getMessage(), e)))
                .map(listening -> {
                    ports(vertx).put(stage, listening.actualPort());
                    return null;
                });
    }

    /** In between, the event loop looks after all others. */
    private void dropSome(Connections connections) {
        if (connections.dropSome()) {
            vertx.setTimer(PAUSE_MILLIS, id -> dropSome(connections));
        }
    }

    /** While this process drains, each answer asks its client to come back on another connection, and so to another process. */
    private Handler<HttpServerRequest> guarded(
            Handler<HttpServerRequest> handler, Connections connections, String unrouted) {
        Health health = Health.of(vertx);
        RequestMeter meter = new RequestMeter(stage, unrouted);
        return request -> {
            long begun = System.nanoTime();
            Trace.follow(request);
            boolean leaving = health.isDraining();
            connections.asked(request, leaving);
            if (leaving) {
                request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            }
            try {
                if (isCodedStrangely(request)) {
                    Problem.unreadable(request);
                } else if (isMisspelt(request.uri())) {
                    Problem.send(request.response(), ApiError.malformed(MISSPELT));
                } else {
                    handler.handle(request);
                }
            } catch (RuntimeException e) {
                Problem.send(request, e);
            } finally {
                meter.follow(request.response(), begun);
            }
        };
    }

    /** Whether others could find the end of this request at another place than we do. */
    private static boolean isCodedStrangely(HttpServerRequest request) {
        MultiMap headers = request.headers();
        if (!headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
            return false;
        }
        List<String> codings = headers.getAll(HttpHeaders.TRANSFER_ENCODING);
        return !(codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked"));
    }

    /** Whether an escape in an address is none; what would decode it later takes that for a fault of its own. */
    private static boolean isMisspelt(String uri) {
        for (int at = uri.indexOf('%'); at >= 0; at = uri.indexOf('%', at + 1)) {
            if (at + 2 >= uri.length()
                    || Character.digit(uri.charAt(at + 1), 16) < 0
                    || Character.digit(uri.charAt(at + 2), 16) < 0) {
                return true;
            }
        }
        return false;
    }

    /** No HTTP/2: whoever ends TLS before us speaks HTTP/1.1 to us, and its floods of resets can't reach us. */
    private HttpServerOptions options() {
        return new HttpServerOptions()
                .setHost(config.host())
                .setPort(config.port() == 0 ? anySharedPort() : config.port())
                .setMaxInitialLineLength(16 * 1024)
                .setMaxHeaderSize(16 * 1024)
                .setHandle100ContinueAutomatically(true)
                .setHttp2ClearTextEnabled(false)
                // nobody here speaks WebSocket, and its extensions would look at every request
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setTcpNoDelay(true);
    }

    /** To Vert.x each negative number is a free port of its own, shared by all who name it: here the instances of a stage. */
    private int anySharedPort() {
        return -1 - (stage.hashCode() & 0xfffffff);
    }

    /** Takes no new connection, answers what is in flight, then closes. */
    public Future<Void> stop() {
        HttpServer open = server;
        vertx.cancelTimer(ticking);
        if (delay != null) {
            delay.stop();
        }
        return open == null ? Future.succeededFuture() : open.shutdown(DRAIN_SECONDS, TimeUnit.SECONDS);
    }

    /** Ends a connection at once, whatever of its answers is not written; counts why. To be called on its event loop. */
    public static void drop(HttpConnection connection, String reason) {
        Connections.drop(connection, reason);
    }

    /** The port that a stage of this process listens on. */
    public static int port(Vertx vertx, String stage) {
        Integer port = ports(vertx).get(stage);
        if (port == null) {
            throw new IllegalStateException(stage + " does not listen in this process");
        }
        return port;
    }

    private static LocalMap<String, Integer> ports(Vertx vertx) {
        return vertx.sharedData().getLocalMap(PORTS);
    }
}
