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
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;

/** {@code GET /config} and {@code GET /config/emergency}: bytes that were ready before anybody asked. */
final class ConfigRoutes {
    private static final CharSequence VARY = HttpHeaders.createOptimized("Authorization, X-API-Key, Accept-Encoding");
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence GZIP = HttpHeaders.createOptimized("gzip");
    private static final CharSequence FOR_CLIENTS =
            HttpHeaders.createOptimized("public, max-age=30, stale-if-error=86400");
    private static final CharSequence FOR_SERVERS = HttpHeaders.createOptimized("private, no-cache");
    private static final CharSequence FOR_EMERGENCIES = HttpHeaders.createOptimized("max-age=5");

    private static final CharSequence NOT_KEPT = HttpHeaders.createOptimized("no-store");
    private static final Pattern VERSION = Pattern.compile("[0-9]{1,18}");

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

    /** What a caller knows to exist by {@code ?v=} and this node has not is not to be kept under that name by any cache. */
    private void config(RoutingContext ctx) {
        Served served = feed.served();
        if (served.degraded()) {
            throw ApiError.unavailable("This node has no snapshot yet.", 1);
        }
        if (isAsked(ctx.request(), served.snapshot().version())) {
            feed.refresh();
            boolean isClient = Access.key(ctx).scope() == Scope.CLIENT;
            answer(ctx, isClient ? served.forClients() : served.forServers(), NOT_KEPT);
        } else if (Access.key(ctx).scope() == Scope.CLIENT) {
            answer(ctx, served.forClients(), FOR_CLIENTS);
        } else {
            answer(ctx, served.forServers(), FOR_SERVERS);
        }
    }

    /** Whether a version above this one is asked for; what is no version serves to get past a cache, and no more. */
    private static boolean isAsked(HttpServerRequest request, long version) {
        String asked = request.query() == null ? null : request.getParam("v");
        if (asked == null || !VERSION.matcher(asked).matches()) {
            return false;
        }
        return Long.parseLong(asked) > version;
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
