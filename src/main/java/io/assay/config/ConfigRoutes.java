package io.assay.config;

import io.assay.platform.ApiError;
import io.assay.platform.Cors;
import io.assay.platform.HttpService;
import io.assay.snapshot.Access;
import io.assay.snapshot.Kind;
import io.assay.snapshot.Representation;
import io.assay.snapshot.Scope;
import io.assay.snapshot.Served;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code GET /config} and {@code GET /config/emergency}: bytes that were ready before anybody asked. */
final class ConfigRoutes {
    private static final CharSequence VARY = HttpHeaders.createOptimized("Authorization, X-API-Key, Accept-Encoding");
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence GZIP = HttpHeaders.createOptimized("gzip");
    private static final CharSequence FOR_CLIENTS =
            HttpHeaders.createOptimized("public, max-age=30, stale-if-error=86400");
    private static final CharSequence FOR_SERVERS = HttpHeaders.createOptimized("private, no-cache");
    private static final CharSequence FOR_EMERGENCIES = HttpHeaders.createOptimized("max-age=5");

    private final SnapshotFeed feed;

    private ConfigRoutes(SnapshotFeed feed) {
        this.feed = feed;
    }

    static Router router(Vertx vertx, SnapshotFeed feed) {
        ConfigRoutes routes = new ConfigRoutes(feed);
        Access access = Access.require(feed, Scope.SERVER, Scope.CLIENT);
        Router router = HttpService.router(vertx);
        for (String path : new String[] {"/config", "/config/emergency"}) {
            router.route(path).handler(Cors.clientRoute());
            router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(access);
        }
        router.route("/config").method(HttpMethod.GET).method(HttpMethod.HEAD).handler(routes::config);
        router.route("/config/emergency")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(routes::emergency);
        return router;
    }

    private void config(RoutingContext ctx) {
        Served served = feed.served();
        if (served.degraded()) {
            throw ApiError.unavailable("This node has no snapshot yet.", 1);
        }
        if (Access.key(ctx).scope() == Scope.CLIENT) {
            answer(ctx, served.forClients(), FOR_CLIENTS);
        } else {
            answer(ctx, served.forServers(), FOR_SERVERS);
        }
    }

    private void emergency(RoutingContext ctx) {
        if (feed.document(Kind.EMERGENCY) == null) {
            throw ApiError.unavailable("This node has no emergency list yet.", 1);
        }
        answer(ctx, feed.served().emergency().body(), FOR_EMERGENCIES);
    }

    private static void answer(RoutingContext ctx, Representation body, CharSequence caching) {
        boolean gzip = Negotiation.acceptsGzip(ctx.request().headers().getAll(HttpHeaders.ACCEPT_ENCODING));
        String etag = gzip ? body.gzipEtag() : body.etag();
        HttpServerResponse response = ctx.response()
                .putHeader(HttpHeaders.ETAG, etag)
                .putHeader(HttpHeaders.CACHE_CONTROL, caching)
                .putHeader(HttpHeaders.VARY, VARY);
        if (Negotiation.hasAlready(ctx.request().headers().getAll(HttpHeaders.IF_NONE_MATCH), etag)) {
            response.setStatusCode(304).end().onFailure(ctx::fail);
            return;
        }
        Buffer bytes = gzip ? body.gzip() : body.plain();
        response.putHeader(HttpHeaders.CONTENT_TYPE, JSON)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(bytes.length()));
        if (gzip) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, GZIP);
        }
        boolean head = ctx.request().method().equals(HttpMethod.HEAD);
        (head ? response.end() : response.end(bytes)).onFailure(ctx::fail);
    }
}
