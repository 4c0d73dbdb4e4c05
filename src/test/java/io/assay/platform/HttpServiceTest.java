package io.assay.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.OnLoop;
import io.assay.testkit.RawHttp;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServiceTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient();
    private final Promise<Void> arrived = Promise.promise();
    private final Promise<Void> release = Promise.promise();
    private final HttpService service = new HttpService(vertx, "sample", new HttpConfig("127.0.0.1", 0, List.of()));

    private record Answer(int status, String type, JsonObject body, HttpClientResponse head) {}

    @BeforeEach
    void listens() throws Exception {
        Router router = HttpService.router(vertx);
        router.post("/things")
                .consumes("application/json")
                .handler(HttpService.body(1000))
                .handler(ctx -> ctx.end("{}"));
        router.post("/parsed")
                .handler(HttpService.body(100_000, HttpServiceTest::whereItIsParsed))
                .handler(ctx -> ctx.end((String) HttpService.parsed(ctx)));
        router.get("/things").handler(ctx -> ctx.end("{}"));
        router.get("/broken").handler(ctx -> {
            throw new IllegalStateException("secret detail");
        });
        router.get("/refused").handler(ctx -> {
            throw ApiError.invalid(List.of(new FieldError("/a", "missing", "a is missing")));
        });
        router.get("/slow").handler(ctx -> {
            arrived.complete();
            release.future().onSuccess(v -> ctx.end("{}"));
        });
        await(service.listen(router));
    }

    @AfterEach
    void closes() throws Exception {
        await(vertx.close());
    }

    @Test
    void unknownAddressIsAProblemWith404() throws Exception {
        Answer answer = ask(HttpMethod.GET, "/nowhere", "", "");
        assertThat(answer.status).isEqualTo(404);
        assertThat(answer.type).isEqualTo("application/problem+json");
        assertThat(answer.body.getString("type")).isEqualTo("urn:assay:not_found");
    }

    @Test
    void aCheckThatIsTakenAwayIsNotShownAnyMore() {
        Health health = Health.of(vertx);
        health.ready("passing", () -> "not yet");
        assertThat(shown("passing")).isEqualTo(1);
        health.remove("passing");
        assertThat(shown("passing")).isZero();
    }

    private static int shown(String check) {
        return Meters.registry()
                .find("assay.health.problem")
                .tag("check", check)
                .gauges()
                .size();
    }

    @Test
    void aProcessThatDrainsServesOnAndSendsItsClientsElsewhere() throws Exception {
        try (RawHttp early = RawHttp.connect(HttpService.port(vertx, "sample"))) {
            assertThat(early.send(get("/things")).answer()).contains(" 200 ").doesNotContain("onnection: close");
            Health.of(vertx).drain();
            assertThat(early.send(get("/things")).answer()).contains(" 200 ").containsIgnoringCase("connection: close");
            assertThat(early.isEnded()).isTrue();
        }
        try (RawHttp late = RawHttp.connect(HttpService.port(vertx, "sample"))) {
            assertThat(late.send(get("/nowhere")).answer()).contains(" 404 ").containsIgnoringCase("connection: close");
            assertThat(late.isEnded()).isTrue();
        }
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    @Test
    void wrongMethodSaysWhatIsAllowed() throws Exception {
        Answer answer = ask(HttpMethod.DELETE, "/things", "", "");
        assertThat(answer.status).isEqualTo(405);
        assertThat(answer.head.getHeader("Allow")).contains("GET").contains("POST");
        assertThat(answer.body.getString("code")).isEqualTo("method_not_allowed");
    }

    @Test
    void wrongMediaTypeIs415() throws Exception {
        Answer answer = ask(HttpMethod.POST, "/things", "application/xml", "<a/>");
        assertThat(answer.status).isEqualTo(415);
        assertThat(answer.type).isEqualTo("application/problem+json");
    }

    @Test
    void aFailureInsideShowsNoDetail() throws Exception {
        Answer answer = ask(HttpMethod.GET, "/broken", "", "");
        assertThat(answer.status).isEqualTo(500);
        assertThat(answer.body.encode()).doesNotContain("secret");
    }

    @Test
    void aFailureBeforeAnyRouterIsAnsweredAsWell() throws Exception {
        HttpService plain = new HttpService(vertx, "plain", new HttpConfig("127.0.0.1", 0, List.of()));
        await(plain.listen(request -> {
            if (request.path().equals("/refused")) {
                throw Problem.ofStatus(403);
            }
            throw new IllegalStateException("secret detail");
        }));
        int port = HttpService.port(vertx, "plain");
        assertThat(await(send(port, HttpMethod.GET, "/refused", "", "")).status).isEqualTo(403);
        Answer answer = await(send(port, HttpMethod.GET, "/broken", "", ""));
        assertThat(answer.status).isEqualTo(500);
        assertThat(answer.body.encode()).doesNotContain("secret");
    }

    @Test
    void aRefusalListsItsErrors() throws Exception {
        Answer answer = ask(HttpMethod.GET, "/refused", "", "");
        assertThat(answer.status).isEqualTo(422);
        assertThat(answer.body.getJsonArray("errors").getJsonObject(0).getString("pointer"))
                .isEqualTo("/a");
    }

    @Test
    void aRequestInFlightIsAnsweredBeforeTheServerGoes() throws Exception {
        Future<Answer> slow = send(HttpMethod.GET, "/slow", "", "");
        await(arrived.future());
        Future<Void> stopped = service.stop();
        assertThat(stopped.isComplete()).isFalse();
        release.complete();
        assertThat(await(slow).status).isEqualTo(200);
        await(stopped);
        assertThat(send(HttpMethod.GET, "/things", "", "")
                        .recover(e -> Future.succeededFuture())
                        .map(a -> a == null))
                .satisfies(f -> assertThat(await(f)).isTrue());
    }

    private static String whereItIsParsed(byte[] body) {
        if (body.length > 0 && body[0] == '!') {
            throw ApiError.malformed("refused");
        }
        return new JsonObject()
                .put("loop", Context.isOnEventLoopThread())
                .put("bytes", body.length)
                .encode();
    }

    @Test
    void aLargeBodyIsParsedBesideTheEventLoop() throws Exception {
        JsonObject small = ask(HttpMethod.POST, "/parsed", "", "x".repeat(1_000)).body;
        JsonObject large = ask(HttpMethod.POST, "/parsed", "", "x".repeat(90_000)).body;
        assertThat(small).isEqualTo(new JsonObject().put("loop", true).put("bytes", 1_000));
        assertThat(large).isEqualTo(new JsonObject().put("loop", false).put("bytes", 90_000));
        assertThat(ask(HttpMethod.POST, "/parsed", "", "").body.getInteger("bytes"))
                .isZero();
    }

    @Test
    void whatAParserRefusesIsAnswered() throws Exception {
        for (int size : new int[] {1, 90_000}) {
            assertThat(ask(HttpMethod.POST, "/parsed", "", "!".repeat(size)).status)
                    .isEqualTo(400);
        }
    }

    private Answer ask(HttpMethod method, String path, String type, String body) throws Exception {
        return await(send(method, path, type, body));
    }

    private Future<Answer> send(HttpMethod method, String path, String type, String body) {
        return send(HttpService.port(vertx, "sample"), method, path, type, body);
    }

    private Future<Answer> send(int port, HttpMethod method, String path, String type, String body) {
        RequestOptions options = new RequestOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setMethod(method)
                .setURI(path);
        if (!type.isEmpty()) {
            options.putHeader("Content-Type", type);
        }
        return OnLoop.of(vertx, () -> client.request(options)
                .compose(request -> request.send(Buffer.buffer(body)))
                .compose(head -> head.body()
                        .map(bytes -> new Answer(
                                head.statusCode(),
                                head.getHeader("Content-Type"),
                                bytes.length() == 0 ? new JsonObject() : new JsonObject(bytes),
                                head))));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
