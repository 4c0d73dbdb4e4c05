package io.assay.platform;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.Set;

/** CORS of the routes that browsers call: any origin, no credentials. */
public final class Cors {
    private Cors() {}

    /** Lets any page read an answer that no {@link #clientRoute} has seen. */
    public static void allow(HttpServerResponse response) {
        response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, "ETag,Retry-After");
    }

    /** The handler for a client route; it answers preflights itself. */
    public static CorsHandler clientRoute() {
        return CorsHandler.create()
                .addOrigin("*")
                .allowedMethods(Set.of(HttpMethod.GET, HttpMethod.POST))
                .allowedHeaders(Set.of(
                        "authorization",
                        "content-type",
                        "if-none-match",
                        "x-api-key",
                        "idempotency-key",
                        "traceparent"))
                .exposedHeaders(Set.of("ETag", "Retry-After"))
                .maxAgeSeconds(86400);
    }
}
