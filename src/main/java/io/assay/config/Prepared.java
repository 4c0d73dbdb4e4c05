package io.assay.config;

import io.assay.snapshot.Representation;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** The answers with one body: the headers of each are made once for as long as the body stays the same. One per event loop. */
final class Prepared {
    private static final CharSequence VARY = HttpHeaders.createOptimized("Authorization, X-API-Key, Accept-Encoding");
    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence ANY = HttpHeaders.createOptimized("*");
    private static final CharSequence EXPOSED = HttpHeaders.createOptimized("ETag,Retry-After");
    private static final CharSequence GZIP = HttpHeaders.createOptimized("gzip");

    private final CharSequence caching;
    private Coding plain = Coding.NONE;
    private Coding gzip = Coding.NONE;

    Prepared(CharSequence caching) {
        this.caching = caching;
    }

    /** The body in one coding, with the headers of a 304 and of a 200. */
    private record Coding(Buffer body, String etag, MultiMap unchanged, MultiMap whole) {
        static final Coding NONE = new Coding(Buffer.buffer(), "", HttpHeaders.headers(), HttpHeaders.headers());

        static Coding of(Buffer body, String etag, CharSequence caching, boolean isGzip) {
            MultiMap unchanged = HttpHeaders.headers()
                    .set(HttpHeaders.ETAG, etag)
                    .set(HttpHeaders.CACHE_CONTROL, caching)
                    .set(HttpHeaders.VARY, VARY)
                    // whoever asks: a shared cache gives to pages what it got for another program
                    .set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, ANY)
                    .set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
            MultiMap whole = unchanged
                    .copy(true)
                    .set(HttpHeaders.CONTENT_TYPE, JSON)
                    .set(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
            if (isGzip) {
                whole.set(HttpHeaders.CONTENT_ENCODING, GZIP);
            }
            return new Coding(body, etag, unchanged.copy(false), whole.copy(false));
        }
    }

    @SuppressWarnings("ReferenceEquality") // another object is another version
    void answer(HttpServerRequest request, Representation served) {
        if (!plain.etag.equals(served.etag())) {
            plain = Coding.of(served.plain(), served.etag(), caching, false);
            gzip = Coding.of(served.gzip(), served.gzipEtag(), caching, true);
        }
        MultiMap asked = request.headers();
        Coding coding = Negotiation.acceptsGzip(asked.getAll(HttpHeaders.ACCEPT_ENCODING)) ? gzip : plain;
        HttpServerResponse response = request.response();
        // what fails from here on is the connection
        if (Negotiation.hasAlready(asked.getAll(HttpHeaders.IF_NONE_MATCH), coding.etag)) {
            add(response.headers(), coding.unchanged);
            response.setStatusCode(304).end();
        } else if (HttpMethod.HEAD.equals(request.method())) {
            add(response.headers(), coding.whole);
            response.end();
        } else {
            add(response.headers(), coding.whole);
            response.end(coding.body);
        }
    }

    /** Beside what stands there already, such as that the connection ends. */
    private static void add(MultiMap headers, MultiMap prepared) {
        if (headers.isEmpty()) {
            headers.setAll(prepared);
        } else {
            prepared.forEach(headers::set);
        }
    }
}
