package io.assay.snapshot;

import io.assay.platform.ApiError;
import io.assay.platform.ClientAddress;
import io.assay.platform.Meters;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The doorkeeper of a route: lets through who presents a key of one of its scopes, as {@code Authorization: Bearer <key>},
 * {@code X-API-Key} or, a client key, {@code ?key=}.
 */
public final class Access implements Handler<RoutingContext> {
    private static final String BEARER = "Bearer ";
    private static final CharSequence API_KEY = HttpHeaders.createOptimized("X-API-Key");
    private static final String KEY = Access.class.getName();

    private final SnapshotFeed feed;
    private final Set<Scope> scopes;

    private Access(SnapshotFeed feed, Set<Scope> scopes) {
        for (String reason : List.of("missing", "scope", "unknown")) {
            Meters.registry().counter("assay.access.refused", "reason", reason);
        }
        this.feed = feed;
        this.scopes = scopes;
    }

    /** A handler for the routes that keys of these scopes may call; an admin key may call all of them. */
    public static Access require(SnapshotFeed feed, Scope first, Scope... more) {
        Set<Scope> scopes = EnumSet.of(first, more);
        scopes.add(Scope.ADMIN);
        return new Access(feed, scopes);
    }

    /** The key that the request was let through with. */
    public static KeyRing.Key key(RoutingContext ctx) {
        KeyRing.Key key = ctx.get(KEY);
        if (key == null) {
            throw new IllegalStateException("no Access.require on the route " + ctx.normalizedPath());
        }
        return key;
    }

    @Override
    public void handle(RoutingContext ctx) {
        ctx.put(KEY, check(ctx.request()));
        ctx.next();
    }

    /**
     * The same without a router; allocates nothing for a good key in a header.
     *
     * @throws ApiError 401, 403 or 429, or 503 on a node that never had any keys
     */
    public KeyRing.Key check(HttpServerRequest request) {
        KeyRing ring = feed.keys();
        String presented = request.headers().get(HttpHeaders.AUTHORIZATION);
        int from = BEARER.length();
        if (presented == null || !presented.regionMatches(true, 0, BEARER, 0, from)) {
            presented = request.headers().get(API_KEY);
            from = 0;
        }
        if (presented != null) {
            return admit(ring, ring.find(presented, from), request);
        }
        presented = scopes.contains(Scope.CLIENT) ? inQuery(request) : null;
        if (presented == null) {
            refused("missing");
            throw ApiError.of(401, "unauthorized", "A key is needed: Authorization: Bearer <key>, or X-API-Key.");
        }
        KeyRing.Key key = admit(ring, ring.find(presented, 0), request);
        if (key.scope() != Scope.CLIENT) {
            refused("scope");
            throw ApiError.of(403, "forbidden", "Only a client key may stand in the query.");
        }
        return key;
    }

    private KeyRing.Key admit(KeyRing ring, KeyRing.@Nullable Key key, HttpServerRequest request) {
        if (!ring.hasKeys()) {
            throw ApiError.unavailable("This node has no keys yet.", 1);
        }
        if (key == null) {
            throw wrong(request);
        }
        if (!scopes.contains(key.scope())) {
            refused("scope");
            throw ApiError.of(403, "forbidden", "A key of scope " + key.scope().text() + " may not do that.");
        }
        return key;
    }

    private ApiError wrong(HttpServerRequest request) {
        refused("unknown");
        int seconds = feed.wrongKeys().add(ClientAddress.of(request, feed.trustedProxies()));
        return seconds == 0
                ? ApiError.of(401, "unauthorized", "This key is not known.")
                : ApiError.tooManyRequests("Too many wrong keys from this address.", seconds);
    }

    private static void refused(String reason) {
        Meters.registry().counter("assay.access.refused", "reason", reason).increment();
    }

    private static @Nullable String inQuery(HttpServerRequest request) {
        try {
            return request.getParam("key");
        } catch (IllegalArgumentException e) {
            throw ApiError.malformed("The query can't be decoded.");
        }
    }
}
