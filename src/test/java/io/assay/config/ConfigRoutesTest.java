package io.assay.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.engine.Snapshot;
import io.assay.protocol.SnapshotCodec;
import io.assay.snapshot.Documents;
import io.assay.snapshot.KeyRing;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.junit5.VertxExtension;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
class ConfigRoutesTest {
    private static final KeyRing RING = KeyRing.of(Map.of(
            "the-admin", Scope.ADMIN, "the-read", Scope.READ, "the-server", Scope.SERVER, "the-client", Scope.CLIENT));
    private static final Snapshot SNAPSHOT = Documents.snapshot(7, "a", "b", "c");

    private final SnapshotFeed feed = SnapshotFeed.fixed(RING, SNAPSHOT);
    private final HttpClient http = HttpClient.newHttpClient();
    private HttpServer server;

    @BeforeEach
    void listen(Vertx vertx) {
        feed.offer(Documents.emergency(3, "b"));
        serve(vertx, feed);
    }

    private void serve(Vertx vertx, SnapshotFeed served) {
        server = vertx.createHttpServer()
                .requestHandler(ConfigRoutes.handler(vertx, served))
                .listen(0, "127.0.0.1")
                .await();
    }

    private HttpResponse<byte[]> call(String method, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.actualPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .join();
    }

    private HttpResponse<byte[]> get(String path, String key, String... headers) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "X-API-Key";
        all[headers.length + 1] = key;
        return call("GET", path, all);
    }

    private static String header(HttpResponse<?> answer, String name) {
        return String.join("|", answer.headers().allValues(name));
    }

    private static byte[] unzip(byte[] bytes) throws IOException {
        return new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
    }

    @Nested
    class TheSnapshot {
        @Test
        void isGivenToServersWhole() {
            HttpResponse<byte[]> answer = get("/config", "the-server");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(SnapshotCodec.encode(SNAPSHOT, true));
            assertThat(header(answer, "Content-Type")).isEqualTo("application/json");
            assertThat(header(answer, "Cache-Control")).isEqualTo("private, no-cache");
            assertThat(header(answer, "Vary")).isEqualTo("Authorization, X-API-Key, Accept-Encoding");
            assertThat(header(answer, "Content-Encoding")).isEmpty();
        }

        @Test
        void isGivenToClientsWithoutOverrides() {
            for (HttpResponse<byte[]> answer :
                    java.util.List.of(get("/config", "the-client"), call("GET", "/config?key=the-client&v=7"))) {
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(SnapshotCodec.encode(SNAPSHOT, false));
                assertThat(new String(answer.body(), StandardCharsets.UTF_8)).doesNotContain("overrides");
                assertThat(header(answer, "Cache-Control")).isEqualTo("public, max-age=30, stale-if-error=86400");
            }
        }

        @Test
        void mayBeReadByAnyPageWhoeverASharedCacheGotItFor() {
            String etag = header(get("/config", "the-client"), "ETag");
            for (HttpResponse<byte[]> answer : java.util.List.of(
                    get("/config", "the-client"),
                    get("/config", "the-client", "Origin", "https://a.example"),
                    get("/config?v=7", "the-client"),
                    get("/config", "the-client", "If-None-Match", etag),
                    get("/config", "nobody", "Origin", "https://a.example"),
                    get("/config/emergency", "the-client"),
                    call("HEAD", "/config", "X-API-Key", "the-client"))) {
                assertThat(header(answer, "Access-Control-Allow-Origin")).isEqualTo("*");
                assertThat(header(answer, "Access-Control-Expose-Headers")).isEqualTo("ETag,Retry-After");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"v=8", "x=1&v=999999999999999999", "v=0000000000008"})
        void isNotKeptByACacheUnderAVersionThatThisNodeHasNot(String query) {
            for (String key : new String[] {"the-client", "the-server"}) {
                HttpResponse<byte[]> answer = get("/config?" + query, key);
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
                HttpResponse<byte[]> again = get("/config?" + query, key, "If-None-Match", header(answer, "ETag"));
                assertThat(again.statusCode()).isEqualTo(304);
                assertThat(header(again, "Cache-Control")).isEqualTo("no-store");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"v=7", "v=6", "v=", "v=abc", "v=-1", "v=9999999999999999999", "w=8"})
        void isKeptAsEverUnderAnyOther(String query) {
            assertThat(header(get("/config?" + query, "the-client"), "Cache-Control"))
                    .isEqualTo("public, max-age=30, stale-if-error=86400");
            assertThat(header(get("/config?" + query, "the-server"), "Cache-Control"))
                    .isEqualTo("private, no-cache");
        }

        @Test
        void comesInGzipWithATagOfItsOwn() throws IOException {
            HttpResponse<byte[]> plain = get("/config", "the-client");
            HttpResponse<byte[]> gzip = get("/config", "the-client", "Accept-Encoding", "br, gzip");
            assertThat(header(gzip, "Content-Encoding")).isEqualTo("gzip");
            assertThat(unzip(gzip.body())).isEqualTo(plain.body());
            assertThat(header(gzip, "ETag")).matches("\"[^\"]+\"").isNotEqualTo(header(plain, "ETag"));
        }

        @Test
        void isNotSentToWhoHasIt() {
            for (String coding : new String[] {"identity", "gzip"}) {
                HttpResponse<byte[]> first = get("/config", "the-client", "Accept-Encoding", coding);
                for (String tags : new String[] {"%s", "W/%s", "\"other\", %s", "*"}) {
                    HttpResponse<byte[]> again = get(
                            "/config",
                            "the-client",
                            "Accept-Encoding",
                            coding,
                            "If-None-Match",
                            tags.formatted(header(first, "ETag")));
                    assertThat(again.statusCode()).as(tags).isEqualTo(304);
                    assertThat(again.body()).isEmpty();
                    for (String kept : new String[] {"ETag", "Vary", "Cache-Control"}) {
                        assertThat(header(again, kept)).as(kept).isEqualTo(header(first, kept));
                    }
                }
            }
        }

        @Test
        void isSentAgainWhenItChangedAndToWhoHasAnother() {
            String etag = header(get("/config", "the-server"), "ETag");
            assertThat(get("/config", "the-client", "If-None-Match", etag).statusCode())
                    .isEqualTo(200);
            feed.offer(Documents.config(8, "a"));
            HttpResponse<byte[]> next = get("/config", "the-server", "If-None-Match", etag);
            assertThat(next.statusCode()).isEqualTo(200);
            assertThat(next.body()).isEqualTo(Documents.config(8, "a").bytes());
        }

        @Test
        void isMeasuredByHeadAsByGet() throws IOException {
            HttpResponse<byte[]> get = get("/config", "the-server", "Accept-Encoding", "gzip");
            HttpResponse<byte[]> head = call("HEAD", "/config", "X-API-Key", "the-server", "Accept-Encoding", "gzip");
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            assertThat(header(head, "Content-Length")).isEqualTo(Integer.toString(get.body().length));
            assertThat(header(head, "ETag")).isEqualTo(header(get, "ETag"));
            assertThat(raw("HEAD /config HTTP/1.1\r\nHost: x\r\nX-API-Key: the-server\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("\r\n\r\n");
        }

        @Test
        void isRefusedWith503UntilThereIsOne(Vertx vertx) {
            serve(vertx, SnapshotFeed.fixed(RING));
            for (String path : new String[] {"/config", "/config/emergency"}) {
                HttpResponse<byte[]> answer = get(path, "the-client");
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
                assertThat(header(answer, "Retry-After")).isEqualTo("1");
            }
        }
    }

    @Test
    void theEmergencyListIsSmallAndShortLived() {
        HttpResponse<byte[]> answer = get("/config/emergency", "the-client");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo("{\"version\":3,\"killed\":[\"b\"]}");
        assertThat(header(answer, "Cache-Control")).isEqualTo("max-age=5");
        assertThat(get("/config/emergency", "the-server", "If-None-Match", header(answer, "ETag"))
                        .statusCode())
                .isEqualTo(304);
    }

    @Test
    void onlyKeysOfTheRightScopesAreLetIn() {
        for (String path : new String[] {"/config", "/config/emergency"}) {
            assertThat(get(path, "the-admin").statusCode()).isEqualTo(200);
            assertThat(get(path, "the-read").statusCode()).isEqualTo(403);
            assertThat(get(path, "nobody").statusCode()).isEqualTo(401);
            assertThat(call("GET", path).statusCode()).isEqualTo(401);
        }
    }

    @Test
    void anyOriginMayAskWithoutCredentials() {
        HttpResponse<byte[]> preflight = call(
                "OPTIONS",
                "/config",
                "Origin",
                "https://shop.example",
                "Access-Control-Request-Method",
                "GET",
                "Access-Control-Request-Headers",
                "x-api-key,if-none-match");
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(header(preflight, "Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(header(preflight, "Access-Control-Allow-Headers").split(","))
                .contains("authorization", "if-none-match", "x-api-key", "traceparent");
        HttpResponse<byte[]> answer = get("/config", "the-client", "Origin", "https://shop.example");
        assertThat(header(answer, "Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(header(answer, "Access-Control-Allow-Credentials")).isEmpty();
        assertThat(header(answer, "Access-Control-Expose-Headers").split(",")).contains("ETag", "Retry-After");
        assertThat(header(answer, "Vary")).isEqualTo("Authorization, X-API-Key, Accept-Encoding");
        assertThat(header(get("/config", "wrong", "Origin", "https://shop.example"), "Access-Control-Allow-Origin"))
                .isEqualTo("*");
    }

    @Test
    void otherMethodsAreRefusedByName() {
        HttpResponse<byte[]> answer = call("POST", "/config", "X-API-Key", "the-server");
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(Optional.of(header(answer, "Allow")))
                .hasValueSatisfying(allow -> assertThat(allow).contains("GET").contains("HEAD"));
    }

    @Test
    void aQueryThatCannotBeDecodedIs400() throws IOException {
        assertThat(raw("GET /config?key=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.actualPort())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
