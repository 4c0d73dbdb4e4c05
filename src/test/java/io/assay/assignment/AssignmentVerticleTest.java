package io.assay.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.engine.Experiment;
import io.assay.engine.Layer;
import io.assay.engine.Rule;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Targeting;
import io.assay.engine.Variant;
import io.assay.platform.HttpService;
import io.assay.snapshot.Document;
import io.assay.snapshot.KeyRing;
import io.assay.snapshot.Kind;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AssignmentVerticleTest {
    private static final KeyRing KEYS = KeyRing.of(Map.of("s3", Scope.SERVER, "c1", Scope.CLIENT));
    private static final JsonObject CONFIG =
            new JsonObject().put("http", new JsonObject().put("basePort", 0)).put("portOffset", 3);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Set<String> threads = ConcurrentHashMap.newKeySet();
    private SnapshotFeed feed = SnapshotFeed.fixed(KEYS, snapshot());

    @AfterEach
    void closes() throws Exception {
        await(vertx.close());
    }

    @Nested
    class Get {
        @Test
        void givesWhoIsMeantTheirVariants() throws Exception {
            deploy(1);
            assertThat(get("user_id=u123").body()).isEqualTo("{\"assignments\":{\"all\":\"control\"}}");
            String meant = get("user_id=u123&platform=web&user_segments=old&user_segments=new_users")
                    .body();
            assertThat(meant)
                    .isEqualTo("{\"assignments\":{\"all\":\"control\",\"signup_button_color\":\"treatment_a\"}}");
            assertThat(get("user_id=u123&platform=web&user_segments=old").body())
                    .doesNotContain("signup");
        }

        @Test
        void isJsonThatNobodyMayKeep() throws Exception {
            deploy(1);
            HttpResponse<String> response = get("user_id=u123");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
            assertThat(response.headers().firstValue("Cache-Control")).contains("private, no-store");
        }

        @Test
        void addsConfigsWhenAskedAndLimitsTheAnswerToKeys() throws Exception {
            deploy(1);
            String meant = "user_id=u123&platform=web&user_segments=new_users&expand=config";
            assertThat(get(meant + "&keys=nothing&keys=signup_button_color").body())
                    .isEqualTo("{\"assignments\":{\"signup_button_color\":\"treatment_a\"},"
                            + "\"configs\":{\"signup_button_color\":{\"button_color\":\"green\"}}}");
            assertThat(get(meant).body())
                    .endsWith("\"configs\":{\"all\":{},\"signup_button_color\":{\"button_color\":\"green\"}}}");
            assertThat(get(meant + "&keys=nothing").body()).isEqualTo("{\"assignments\":{},\"configs\":{}}");
        }

        @Test
        void decodesNamesAndValues() throws Exception {
            deploy(1);
            assertThat(get("u%73er_id=qa+%C3%A9%F0%9F%98%80%26").body())
                    .isEqualTo("{\"assignments\":{\"all\":\"treatment_a\"}}");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "''|user_id is missing",
                    "platform=web|user_id is missing",
                    "user_id=|user_id is not valid",
                    "user_id|user_id is not valid",
                    "user_id=a&user_id=a|user_id is given twice",
                    "user_id=%0a|user_id is not valid",
                    "user_id=%ff|can't be decoded",
                    "user_id=a&x=%ed%a0%80|can't be decoded",
                    "user_id=a&x=%zz|can't be decoded",
                    "user_id=a&x=%4|can't be decoded",
                    "user_id=a&expand=all|expand can only be config"
                })
        void refusesWhatCannotBeAsked(String query, String detail) throws Exception {
            deploy(1);
            JsonObject problem = new JsonObject(raw("GET /assignments?" + query));
            assertThat(problem.getInteger("status")).isEqualTo(400);
            assertThat(problem.getString("code")).isEqualTo("malformed");
            assertThat(problem.getString("detail")).contains(detail);
        }

        @Test
        void refusesAUserIdOfMoreThan256BytesAndMoreThan200Parameters() throws Exception {
            deploy(1);
            assertThat(get("user_id=" + "a".repeat(256)).statusCode()).isEqualTo(200);
            assertThat(get("user_id=" + "a".repeat(257)).statusCode()).isEqualTo(400);
            assertThat(get("user_id=a" + "&b=c".repeat(199)).statusCode()).isEqualTo(200);
            assertThat(get("user_id=a" + "&b=c".repeat(200)).statusCode()).isEqualTo(400);
        }

        @Test
        void takesNoMethodButGetAndPost() throws Exception {
            deploy(1);
            HttpResponse<String> response =
                    send(request("/assignments?user_id=u").DELETE().build());
            assertThat(response.statusCode()).isEqualTo(405);
            assertThat(response.headers().firstValue("Allow")).contains("GET, POST");
            assertThat(send(request("/assignment").build()).statusCode()).isEqualTo(404);
        }
    }

    @Nested
    class Post {
        @Test
        void readsTypedAttributes() throws Exception {
            deploy(1);
            String body =
                    """
                    {"user_id":"u123","attributes":{"platform":"web","user_segments":["x","new_users"],"age":18.0},
                     "keys":["signup_button_color"],"expand":"config"}""";
            HttpResponse<String> response = post("application/json", body);
            assertThat(response.body())
                    .isEqualTo("{\"assignments\":{\"signup_button_color\":\"treatment_a\"},"
                            + "\"configs\":{\"signup_button_color\":{\"button_color\":\"green\"}}}");
            assertThat(response.headers().firstValue("Cache-Control")).contains("private, no-store");
            assertThat(post("application/json; charset=utf-8", "{\"user_id\":\"u123\"}")
                            .body())
                    .isEqualTo("{\"assignments\":{\"all\":\"control\"}}");
        }

        @Test
        void namesEverythingThatIsWrong() throws Exception {
            deploy(1);
            JsonObject problem = new JsonObject(post(
                            "application/json",
                            "{\"user\":1,\"attributes\":{\"a\":[1e999]},\"keys\":[1],\"expand\":\"all\"}")
                    .body());
            assertThat(problem.getInteger("status")).isEqualTo(400);
            assertThat(problem.getJsonArray("errors").stream().map(e -> ((JsonObject) e).getString("pointer")))
                    .containsExactly("/user", "/attributes", "/keys", "/expand", "/user_id");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "{",
                    "[]",
                    "{\"user_id\":\"a\",\"user_id\":\"b\"}",
                    "{\"user_id\":\"\\ud800\"}",
                    "{\"user_id\":\"a\"}x",
                    "{\"user_id\":7}",
                    "{\"user_id\":\"a\",\"attributes\":[]}"
                })
        void refusesWhatIsNoQuestion(String body) throws Exception {
            deploy(1);
            HttpResponse<String> response = post("application/json", body);
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        }

        @Test
        void refusesDeepLargeAndForeignBodies() throws Exception {
            deploy(1);
            String deep = "{\"user_id\":\"a\",\"attributes\":{\"x\":" + "[".repeat(40) + "]".repeat(40) + "}}";
            assertThat(post("application/json", deep).statusCode()).isEqualTo(400);
            assertThat(post("application/json", "\"" + "x".repeat(70_000) + "\"")
                            .statusCode())
                    .isEqualTo(413);
            assertThat(post("application/xml", "<a/>").statusCode()).isEqualTo(415);
            HttpRequest packed = request("/assignments")
                    .header("Content-Type", "application/json")
                    .header("Content-Encoding", "gzip")
                    .POST(BodyPublishers.ofString("{}"))
                    .build();
            assertThat(send(packed).statusCode()).isEqualTo(415);
        }
    }

    @Nested
    class Keys {
        @Test
        void unknownKeysGet401AndOtherScopes403() throws Exception {
            deploy(1);
            assertThat(status("GET", "no")).isEqualTo(401);
            assertThat(status("GET", "c1")).isEqualTo(403);
            assertThat(status("POST", "no")).isEqualTo(401);
            assertThat(status("POST", "c1")).isEqualTo(403);
            HttpRequest without =
                    HttpRequest.newBuilder(uri("/assignments?user_id=u")).build();
            assertThat(send(without).statusCode()).isEqualTo(401);
            HttpRequest header = HttpRequest.newBuilder(uri("/assignments?user_id=u"))
                    .header("X-API-Key", "s3")
                    .build();
            assertThat(send(header).statusCode()).isEqualTo(200);
        }

        @Test
        void aNodeThatNeverHadKeysAnswersAnyKeyEmptyAndDegraded() throws Exception {
            feed = SnapshotFeed.fixed(KeyRing.NONE, snapshot());
            deploy(1);
            assertThat(get("user_id=u").body()).isEqualTo("{\"assignments\":{},\"degraded\":true}");
            assertThat(post("application/json", "{\"user_id\":\"u\"}").body())
                    .isEqualTo("{\"assignments\":{},\"degraded\":true}");
        }

        private int status(String method, String key) throws Exception {
            return send(HttpRequest.newBuilder(uri("/assignments?user_id=u"))
                            .header("Authorization", "Bearer " + key)
                            .header("Content-Type", "application/json")
                            .method(method, BodyPublishers.ofString("{\"user_id\":\"u\"}"))
                            .build())
                    .statusCode();
        }
    }

    @Test
    void withoutASnapshotTheAnswerIsEmptyAndDegradedUntilOneComes() throws Exception {
        feed = SnapshotFeed.fixed(KEYS);
        deploy(1);
        assertThat(get("user_id=u123").body()).isEqualTo("{\"assignments\":{},\"degraded\":true}");
        assertThat(get("user_id=u123&expand=config").body())
                .isEqualTo("{\"assignments\":{},\"configs\":{},\"degraded\":true}");
        await(feed.offer(Document.of(Kind.CONFIG, 1, io.assay.protocol.SnapshotCodec.encode(snapshot(), true))));
        assertThat(get("user_id=u123").body()).isEqualTo("{\"assignments\":{\"all\":\"control\"}}");
    }

    @Test
    void killedExperimentsAreGoneFromTheNextAnswer() throws Exception {
        deploy(1);
        assertThat(get("user_id=u123").body()).contains("\"all\"");
        await(feed.offer(emergency(1, "all")));
        assertThat(get("user_id=u123").body()).isEqualTo("{\"assignments\":{}}");
        await(feed.offer(emergency(2)));
        assertThat(get("user_id=u123").body()).contains("\"all\"");
    }

    @Test
    void fourInstancesAnswerOnFourEventLoops() throws Exception {
        deploy(4);
        for (int connection = 0; connection < 16; connection++) {
            assertThat(raw("GET /assignments?user_id=u123")).contains("control");
        }
        assertThat(threads).hasSize(4);
    }

    @Test
    void aRequestInFlightIsAnsweredBeforeTheServerGoes() throws Exception {
        String id = deploy(1);
        int port = HttpService.port(vertx, "assignment");
        String body = "{\"user_id\":\"u123\"}";
        try (Socket socket = new Socket("127.0.0.1", port)) {
            write(
                    socket,
                    "POST /assignments HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer s3\r\nContent-Type: application/json\r\n"
                            + "Expect: 100-continue\r\nContent-Length: " + body.length() + "\r\n\r\n");
            BufferedReader in = reader(socket);
            assertThat(in.readLine()).isEqualTo("HTTP/1.1 100 Continue");
            Future<Void> gone = vertx.undeploy(id);
            waitUntilClosed(port);
            assertThat(gone.isComplete()).isFalse();
            write(socket, body);
            assertThat(in.lines().filter(line -> line.startsWith("HTTP/1.1 2")).findFirst())
                    .contains("HTTP/1.1 200 OK");
            await(gone);
        }
    }

    private String deploy(int instances) throws Exception {
        return await(vertx.deployVerticle(
                Watched::new, new DeploymentOptions().setConfig(CONFIG).setInstances(instances)));
    }

    /** The verticle, with a note of who answers. */
    private class Watched extends AssignmentVerticle {
        Watched() {
            super(feed);
        }

        @Override
        Handler<HttpServerRequest> handler(AssignmentConfig config, SnapshotFeed from, Current current) {
            Handler<HttpServerRequest> handler = super.handler(config, from, current);
            return request -> {
                threads.add(Thread.currentThread().getName());
                handler.handle(request);
            };
        }
    }

    private static Snapshot snapshot() {
        Variant control = Variant.of("control", 5000);
        Variant treatment = new Variant("treatment_a", 5000, "{\"button_color\":\"green\"}", false);
        Targeting targeting = new Targeting(List.of("web"), List.of("new_users"), List.<Rule>of());
        Experiment all = new Experiment(
                "k3v9q0x1m2aa",
                "all",
                "00000003",
                new Layer(null, "00000004"),
                Slots.ALL,
                List.of(control, Variant.of("treatment_a", 5000)),
                null,
                Map.of("qa é😀&", "treatment_a"));
        Experiment color = new Experiment(
                "k3v9q0x1m2ab",
                "signup_button_color",
                "00000006",
                new Layer(null, "00000002"),
                Slots.ALL,
                List.of(control, treatment),
                targeting,
                Map.of());
        return new Snapshot(1, null, List.of(all, color));
    }

    private static Document emergency(long version, String... killed) {
        JsonObject json = new JsonObject().put("version", version).put("killed", new JsonArray(List.of(killed)));
        return Document.of(Kind.EMERGENCY, version, json.toBuffer().getBytes());
    }

    private HttpResponse<String> get(String query) throws Exception {
        return send(request("/assignments?" + query).build());
    }

    private HttpResponse<String> post(String type, String body) throws Exception {
        return send(request("/assignments")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer s3");
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + HttpService.port(vertx, "assignment") + path);
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, BodyHandlers.ofString());
    }

    /** The body of the answer to a request on a connection of its own, with the address sent as it is. */
    private String raw(String line) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", HttpService.port(vertx, "assignment"))) {
            write(socket, line + " HTTP/1.1\r\nHost: a\r\nX-API-Key: s3\r\nConnection: close\r\n\r\n");
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void waitUntilClosed(int port) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < deadline) {
            try {
                new Socket("127.0.0.1", port).close();
            } catch (IOException e) {
                return;
            }
        }
        throw new AssertionError("the port is still open");
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
