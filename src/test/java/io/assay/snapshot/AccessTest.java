package io.assay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.platform.HttpService;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.junit5.VertxExtension;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class AccessTest {
    private static final KeyRing RING = KeyRing.of(Map.of(
            "the-admin", Scope.ADMIN, "the-read", Scope.READ, "the-server", Scope.SERVER, "the-client", Scope.CLIENT));

    private final HttpClient http = HttpClient.newHttpClient();
    private HttpServer server;

    @BeforeEach
    void listen(Vertx vertx) {
        serve(vertx, SnapshotFeed.fixed(RING));
    }

    private void serve(Vertx vertx, SnapshotFeed feed) {
        Router router = HttpService.router(vertx);
        router.get("/public")
                .handler(Access.require(feed, Scope.SERVER, Scope.CLIENT))
                .handler(ctx -> ctx.end(Access.key(ctx).scope().text()));
        router.get("/private")
                .handler(Access.require(feed, Scope.READ))
                .handler(ctx -> ctx.end(Access.key(ctx).id()));
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .await();
    }

    private HttpResponse<String> get(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .join();
    }

    @Test
    void aKeyOpensInEitherHeader() {
        assertThat(get("/public", "Authorization", "Bearer the-server").body()).isEqualTo("server");
        assertThat(get("/public", "authorization", "bearer the-client").body()).isEqualTo("client");
        assertThat(get("/public", "X-API-Key", "the-server").body()).isEqualTo("server");
        assertThat(get("/private", "X-API-Key", "the-read").body()).isEqualTo("read");
        assertThat(get("/public", "Authorization", "Basic abc", "X-API-Key", "the-client")
                        .body())
                .isEqualTo("client");
    }

    @Test
    void theAdminKeyOpensEverything() {
        assertThat(get("/public", "X-API-Key", "the-admin").statusCode()).isEqualTo(200);
        assertThat(get("/private", "X-API-Key", "the-admin").statusCode()).isEqualTo(200);
    }

    @Test
    void onlyAClientKeyOpensFromTheQueryAndOnlyWhereClientsMayCall() {
        assertThat(get("/public?key=the-client").statusCode()).isEqualTo(200);
        assertThat(get("/public?key=the-server").statusCode()).isEqualTo(403);
        assertThat(get("/private?key=the-client").statusCode()).isEqualTo(401);
    }

    @Test
    void withoutAKeyOrWithAWrongOneItIs401AsAProblem() {
        for (HttpResponse<String> answer :
                List.of(get("/public"), get("/public", "X-API-Key", "no"), get("/public?key=no"))) {
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
            assertThat(answer.body()).contains("\"code\":\"unauthorized\"");
        }
    }

    @Test
    void aKeyWithoutTheScopeIs403() {
        assertThat(get("/private", "X-API-Key", "the-server").statusCode()).isEqualTo(403);
        assertThat(get("/public", "X-API-Key", "the-read").statusCode()).isEqualTo(403);
    }

    @Test
    void afterTwentyWrongKeysAnAddressGets429ForWrongKeysAndNeverForGoodOnes() {
        for (int i = 0; i < 20; i++) {
            assertThat(get("/public", "X-API-Key", "guess-" + i).statusCode()).isEqualTo(401);
        }
        HttpResponse<String> next = get("/public", "X-API-Key", "guess");
        assertThat(next.statusCode()).isEqualTo(429);
        assertThat(next.headers()
                        .firstValue("Retry-After")
                        .map(Integer::parseInt)
                        .orElseThrow())
                .isBetween(1, 60);
        assertThat(get("/public", "X-API-Key", "the-server").statusCode()).isEqualTo(200);
        assertThat(get("/public").statusCode()).isEqualTo(401);
        assertThat(get("/private", "X-API-Key", "the-server").statusCode()).isEqualTo(403);
    }

    @Test
    void aQueryThatCannotBeDecodedIs400() {
        HttpResponse<String> answer = http.sendAsync(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:" + server.actualPort() + "/public?key=%ff%fe"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
        assertThat(answer.statusCode()).isIn(400, 401);
    }

    @Test
    void aNodeThatNeverHadKeysSaysThatItCannotTell(Vertx vertx) {
        serve(vertx, SnapshotFeed.fixed(KeyRing.NONE));
        HttpResponse<String> answer = get("/public", "X-API-Key", "the-server");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
    }
}
