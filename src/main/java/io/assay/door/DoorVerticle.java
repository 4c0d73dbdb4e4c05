package io.assay.door;

import io.assay.platform.ApiError;
import io.assay.platform.Health;
import io.assay.platform.HttpConfig;
import io.assay.platform.HttpService;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyOptions;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One address in front of the others: passes each request to the stage of its path, and streams the answer back. */
public final class DoorVerticle extends VerticleBase {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int KEEP_ALIVE_SECONDS = 30;
    private static final int WAITING_PER_CONNECTION = 16;

    private final Map<Stage, HttpProxy> proxies = new EnumMap<>(Stage.class);
    private @Nullable HttpService http;
    private @Nullable HttpClient client;

    @Override
    public Future<?> start() {
        DoorConfig door = DoorConfig.from(config());
        HttpClient created = createClient(door);
        client = created;
        for (Stage stage : Stage.values()) {
            proxies.put(
                    stage,
                    HttpProxy.reverseProxy(new ProxyOptions().setSupportWebSocket(false), created)
                            .origin(context -> connect(context, stage, door))
                            .addInterceptor(new Forwarding(stage, door.trustedProxies())));
        }
        HttpService service = new HttpService(vertx, "door", HttpConfig.from(config()));
        http = service;
        return service.listen(router());
    }

    @Override
    public Future<?> stop() {
        Future<?> drained = http == null ? Future.succeededFuture() : http.stop();
        return drained.eventually(() -> client == null ? Future.succeededFuture() : client.close());
    }

    private HttpClient createClient(DoorConfig door) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setKeepAlive(true)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setMaxHeaderSize(32 * 1024);
        PoolOptions pool = new PoolOptions()
                .setHttp1MaxSize(door.poolSize())
                .setMaxWaitQueueSize(door.poolSize() * WAITING_PER_CONNECTION);
        return vertx.httpClientBuilder()
                .with(options)
                .with(pool)
                // a stage that ends resets connections; only who waits for an answer on one needs to know
                .withConnectHandler(connection -> connection.exceptionHandler(reset -> {}))
                .build();
    }

    private Router router() {
        Router router = HttpService.router(vertx);
        Health health = Health.of(vertx);
        router.get("/health/live").handler(health::answerLive);
        router.get("/health/ready").handler(health::answerReady);
        router.route().setName("forwarded").handler(this::forward);
        return router;
    }

    private void forward(RoutingContext ctx) {
        Stage stage = Stage.of(ctx.normalizedPath());
        HttpProxy proxy = stage == null ? null : proxies.get(stage);
        if (proxy == null) {
            throw ApiError.notFound("There is nothing at this address.");
        }
        proxy.handle(ctx.request());
    }

    private Future<HttpClientRequest> connect(ProxyContext context, Stage stage, DoorConfig door) {
        RequestOptions options = new RequestOptions()
                .setServer(address(stage, door))
                .setIdleTimeout(TimeUnit.SECONDS.toMillis(door.idleSeconds()));
        return context.client().request(options);
    }

    private SocketAddress address(Stage stage, DoorConfig door) {
        SocketAddress known = door.upstreams().get(stage);
        return known == null
                ? SocketAddress.inetSocketAddress(HttpService.port(vertx, stage.title()), "127.0.0.1")
                : known;
    }
}
