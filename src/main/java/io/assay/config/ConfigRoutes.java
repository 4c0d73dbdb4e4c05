package io.assay.config;

import io.assay.platform.ApiError;
import io.assay.platform.Cors;
import io.assay.platform.HttpService;
import io.assay.platform.Problem;
import io.assay.snapshot.Access;
import io.assay.snapshot.KeyRing;
import io.assay.snapshot.Kind;
import io.assay.snapshot.Representation;
import io.assay.snapshot.Scope;
import io.assay.snapshot.Served;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.util.regex.Pattern;

/** {@code GET /config} and {@code GET /config/emergency}: bytes that were ready before anybody asked. */
final class ConfigRoutes {
    private static final String PATH = "/config";
    private static final CharSequence FOR_CLIENTS =
            HttpHeaders.createOptimized("public, max-age=30, stale-if-error=86400");
    private static final CharSequence FOR_SERVERS = HttpHeaders.createOptimized("private, no-cache");
    private static final CharSequence FOR_EMERGENCIES = HttpHeaders.createOptimized("max-age=5");
    private static final CharSequence NOT_KEPT = HttpHeaders.createOptimized("no-store");
    private static final Pattern VERSION = Pattern.compile("[0-9]{1,18}");

    private final SnapshotFeed feed;
    private final Access access;
    private final Prepared forClients = new Prepared(FOR_CLIENTS);
    private final Prepared forServers = new Prepared(FOR_SERVERS);
    private final Prepared forEmergencies = new Prepared(FOR_EMERGENCIES);

    private ConfigRoutes(SnapshotFeed feed) {
        this.feed = feed;
        access = Access.require(feed, Scope.SERVER, Scope.CLIENT);
    }

    /** One per event loop. A plain GET is answered before any router sees it. */
    static Handler<HttpServerRequest> handler(Vertx vertx, SnapshotFeed feed) {
        ConfigRoutes routes = new ConfigRoutes(feed);
        Router router = routes.router(vertx);
        return request -> {
            if (isPlain(request)) {
                routes.plain(request);
            } else {
                router.handle(request);
            }
        };
    }

    private static boolean isPlain(HttpServerRequest request) {
        return HttpMethod.GET.equals(request.method()) && request.uri().equals(PATH);
    }

    private void plain(HttpServerRequest request) {
        try {
            config(request, access.check(request));
        } catch (RuntimeException e) {
            Cors.allow(request.response());
            Problem.send(request, e);
        }
    }

    private Router router(Vertx vertx) {
        Router router = HttpService.router(vertx);
        for (String path : new String[] {PATH, PATH + "/emergency"}) {
            router.route(path).handler(Cors.clientRoute());
            router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(access);
        }
        router.route(PATH)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(ctx -> config(ctx.request(), Access.key(ctx)));
        router.route(PATH + "/emergency")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(ctx -> emergency(ctx.request()));
        return router;
    }

    /** What a caller knows to exist by {@code ?v=} and this node has not is not to be kept under that name by any cache. */
    private void config(HttpServerRequest request, KeyRing.Key key) {
        Served served = feed.served();
        if (served.degraded()) {
            throw ApiError.unavailable("This node has no snapshot yet.", 1);
        }
        boolean isClient = key.scope() == Scope.CLIENT;
        Representation body = isClient ? served.forClients() : served.forServers();
        if (isAsked(request, served.snapshot().version())) {
            feed.refresh();
            new Prepared(NOT_KEPT).answer(request, body);
        } else {
            (isClient ? forClients : forServers).answer(request, body);
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

    private void emergency(HttpServerRequest request) {
        if (feed.document(Kind.EMERGENCY) == null) {
            throw ApiError.unavailable("This node has no emergency list yet.", 1);
        }
        forEmergencies.answer(request, feed.served().emergency().body());
    }
}
