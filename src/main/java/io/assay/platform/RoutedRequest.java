package io.assay.platform;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.internal.http.HttpServerRequestWrapper;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RouterImpl;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request that remembers which route it took. The router forgets it where a request fails, and that is when it is wanted
 * most; but it tells each request of each route that fits.
 */
final class RoutedRequest extends HttpServerRequestWrapper {
    private static final Set<HttpMethod> KNOWN = Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.PATCH,
            HttpMethod.DELETE,
            HttpMethod.OPTIONS);

    private @Nullable String name;

    private RoutedRequest(HttpServerRequestInternal request) {
        super(request);
    }

    /** A router whose requests are of this kind. */
    static Router router(Vertx vertx) {
        return new RouterImpl(vertx) {
            @Override
            public void handle(HttpServerRequest request) {
                Context own = RequestLocals.here();
                if (own != null && request instanceof HttpServerRequestInternal known) {
                    RoutedRequest routed = new RoutedRequest(known);
                    RequestLocals.put(own, routed);
                    super.handle(routed);
                } else {
                    super.handle(request);
                }
            }
        };
    }

    @Override
    public HttpServerRequest routed(@Nullable String route) {
        // a later one for many paths says less: the handlers of failures have such
        if (route != null && (name == null || !route.endsWith("*"))) {
            name = route;
        }
        return this;
    }

    /** The template of the route that the request of a router took. */
    static String templateOf(RoutingContext ctx) {
        RoutedRequest routed = RequestLocals.routed(RequestLocals.here());
        return routed == null ? ctx.request().method().name() : routed.template();
    }

    /** Such as {@code GET /experiments/:name}: what was declared, and nothing that a caller can make up. */
    String template() {
        if (name == null) {
            return RequestMeter.NO_ROUTE;
        }
        return KNOWN.contains(method()) ? method().name() + " " + name : name;
    }
}
