package io.assay.door;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.platform.Health;
import io.assay.platform.HttpService;
import io.assay.testkit.OnLoop;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import io.vertx.junit5.VertxExtension;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DoorVerticleTest {
    private Vertx vertx;
    private HttpClient client;

    private record Answer(int status, MultiMap headers, Buffer body) {}

    @BeforeEach
    void takeVertx(Vertx vertx) {
        this.vertx = vertx;
        client = vertx.createHttpClient();
    }

    @Test
    void aRequestReachesItsStageAsItWasSentAndTheAnswerComesBack() {
        HttpServer events = upstream(request -> request.body().onSuccess(body -> request.response()
                .setStatusCode(201)
                .putHeader("X-Seen", request.method() + " " + request.uri())
                .putHeader("X-Coding", String.valueOf(request.getHeader("Content-Encoding")))
                .putHeader("X-Trace", request.getHeader("traceparent") + " " + request.getHeader("tracestate"))
                .putHeader("X-Key", String.valueOf(request.getHeader("Authorization")))
                .end(body)));
        int door = door("ingestion", events, new JsonObject());
        Buffer bytes = Buffer.buffer(new byte[] {31, (byte) 139, 0, 1, 2, 3});
        Answer answer = asked(() -> client.request(HttpMethod.POST, door, "127.0.0.1", "/events?key=a%20b")
                .compose(request -> request.putHeader("Content-Encoding", "gzip")
                        .putHeader("Authorization", "Bearer k")
                        .putHeader("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                        .putHeader("tracestate", "vendor=1")
                        .send(bytes))
                .compose(DoorVerticleTest::read));
        assertThat(answer.status).isEqualTo(201);
        assertThat(answer.headers.get("X-Seen")).isEqualTo("POST /events?key=a%20b");
        assertThat(answer.headers.get("X-Coding")).isEqualTo("gzip");
        assertThat(answer.headers.get("X-Trace"))
                .as("the trace of the caller")
                .isEqualTo("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 vendor=1");
        assertThat(answer.headers.get("X-Key")).isEqualTo("Bearer k");
        assertThat(answer.body).isEqualTo(bytes);
    }

    @Test
    void aBodyInManyPiecesPassesThroughWithoutItsEndBeingWaitedFor() {
        Promise<Void> firstPieceArrived = Promise.promise();
        HttpServer events = upstream(request -> {
            AtomicInteger size = new AtomicInteger();
            request.handler(piece -> {
                size.addAndGet(piece.length());
                firstPieceArrived.tryComplete();
            });
            request.endHandler(end -> request.response().end("" + size));
        });
        int door = door("ingestion", events, new JsonObject());
        Answer answer = asked(() -> client.request(HttpMethod.POST, door, "127.0.0.1", "/events")
                .compose(request -> {
                    Future<HttpClientResponse> response =
                            request.setChunked(true).response();
                    return request.write(Buffer.buffer(new byte[100_000]))
                            .compose(written -> firstPieceArrived.future())
                            .compose(arrived -> request.end(Buffer.buffer(new byte[400_000])))
                            .compose(ended -> response);
                })
                .compose(DoorVerticleTest::read));
        assertThat(answer.body).hasToString("500000");
    }

    @Test
    void aStageThatIsGoneIsA503ThatSaysWhenToTryAgainAndItsReturnIsNoticed() {
        HttpServer config = upstream(request -> request.response().end("back"));
        int port = config.actualPort();
        int door = door("config", config, new JsonObject());
        await(config.close());
        Answer gone = get(door, "/config");
        assertThat(gone.status).isEqualTo(503);
        assertThat(gone.headers.get("Content-Type")).isEqualTo("application/problem+json");
        assertThat(gone.headers.get("Retry-After")).matches("[1-9][0-9]*");
        assertThat(gone.headers.get("Cache-Control")).isEqualTo("no-store");
        assertThat(gone.body.toJsonObject().getString("code")).isEqualTo("unavailable");
        assertThat(gone.body.toJsonObject().getInteger("status")).isEqualTo(503);
        await(vertx.createHttpServer()
                .requestHandler(request -> request.response().end("back"))
                .listen(port, "127.0.0.1"));
        assertThat(get(door, "/config").body).hasToString("back");
    }

    @Test
    void aStageThatSaysNothingIsGivenUp() {
        HttpServer results = upstream(request -> {});
        int door = door("results", results, new JsonObject().put("idleSeconds", 1));
        assertThat(get(door, "/experiments/a/results").status).isEqualTo(503);
    }

    @Test
    void anAnswerThatBreaksOffIsNeverPassedOnAsAWholeOne() {
        HttpServer config = upstream(request -> {
            request.response().setChunked(true).write("half");
            vertx.setTimer(50, timer -> request.connection().close());
        });
        int door = door("config", config, new JsonObject());
        Throwable failure = asked(() -> client.request(HttpMethod.GET, door, "127.0.0.1", "/config")
                .compose(request -> request.send())
                .compose(HttpClientResponse::body)
                .map(whole -> (Throwable) null)
                .otherwise(broken -> broken));
        assertThat(failure).isNotNull();
    }

    @Test
    void theAddressOfTheCallerIsTheOneTheDoorSeesWhateverTheCallerClaims() {
        HttpServer admin = upstream(DoorVerticleTest::echoForwarded);
        int door = door("admin", admin, new JsonObject());
        assertThat(forwarded(door, "6.6.6.6")).isEqualTo("127.0.0.1");
    }

    @Test
    void aTrustedProxysLastHopIsTheAddressOfTheCaller() {
        HttpServer admin = upstream(DoorVerticleTest::echoForwarded);
        int door = door("admin", admin, new JsonObject().put("trustedProxies", new JsonArray().add("127.0.0.1")));
        assertThat(forwarded(door, "6.6.6.6, 9.9.9.9")).isEqualTo("9.9.9.9");
    }

    @Test
    void operatorsAddressesAndUnknownOnesAreNotReachable() {
        HttpServer admin = upstream(request -> request.response().end("reached"));
        int door = door("admin", admin, new JsonObject());
        for (String path : new String[] {"/metrics", "/", "/experiments/../metrics", "/experiments/%2e%2e/metrics"}) {
            Answer answer = get(door, path);
            assertThat(answer.status).as(path).isEqualTo(404);
            assertThat(answer.headers.get("Content-Type")).isEqualTo("application/problem+json");
        }
    }

    @Test
    void theDoorAnswersForTheHealthOfTheProcess() {
        int door = door("admin", upstream(request -> {}), new JsonObject());
        assertThat(get(door, "/health/ready").status).isEqualTo(200);
        Health.of(vertx).ready("something", () -> "missing");
        Answer down = get(door, "/health/ready");
        assertThat(down.status).isEqualTo(503);
        assertThat(down.body.toString()).contains("something", "missing");
        assertThat(get(door, "/health/live").status).isEqualTo(200);
    }

    @Test
    void headersWithoutMeasureAreRefused() {
        int door = door("admin", upstream(request -> request.response().end()), new JsonObject());
        Answer answer = asked(() -> client.request(HttpMethod.GET, door, "127.0.0.1", "/experiments")
                .compose(request ->
                        request.putHeader("X-Long", "x".repeat(17_000)).send())
                .compose(DoorVerticleTest::read));
        assertThat(answer.status).isEqualTo(431);
    }

    @Test
    void aRequestThatSaysTwoLengthsIsRefused() {
        int door = door("ingestion", upstream(request -> request.response().end("taken")), new JsonObject());
        String raw = "POST /events HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde";
        Promise<String> answer = Promise.promise();
        NetSocket socket = await(vertx.createNetClient().connect(door, "127.0.0.1"));
        socket.handler(bytes -> answer.tryComplete(bytes.toString()));
        socket.closeHandler(closed -> answer.tryComplete("closed"));
        await(socket.write(raw));
        assertThat(await(answer.future())).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void connectionsToAStageAreUsedAgain() {
        AtomicInteger connections = new AtomicInteger();
        HttpServer admin = await(vertx.createHttpServer()
                .connectionHandler(connection -> connections.incrementAndGet())
                .requestHandler(request -> request.response().end("ok"))
                .listen(0, "127.0.0.1"));
        int door = door("admin", admin, new JsonObject());
        for (int i = 0; i < 20; i++) {
            assertThat(get(door, "/keys").status).isEqualTo(200);
        }
        assertThat(connections).hasValue(1);
    }

    @Test
    void aRequestInFlightIsAnsweredWhenTheDoorStops() {
        Promise<HttpServerRequest> arrived = Promise.promise();
        HttpServer admin = upstream(arrived::complete);
        int door = door("admin", admin, new JsonObject());
        Future<Answer> answer = OnLoop.of(vertx, () -> client.request(HttpMethod.GET, door, "127.0.0.1", "/experiments")
                .compose(request -> request.send())
                .compose(DoorVerticleTest::read));
        HttpServerRequest waiting = await(arrived.future());
        Future<?> stopped = vertx.undeploy(vertx.deploymentIDs().iterator().next());
        waiting.response().end("answered late");
        assertThat(await(answer).body).hasToString("answered late");
        await(stopped);
    }

    private HttpServer upstream(Handler<HttpServerRequest> handler) {
        return await(vertx.createHttpServer().requestHandler(handler).listen(0, "127.0.0.1"));
    }

    private int door(String stage, HttpServer upstream, JsonObject settings) {
        JsonObject config = new JsonObject()
                .put("portOffset", 0)
                .put("http", new JsonObject().put("basePort", 0))
                .put(
                        "door",
                        settings.put("upstreams", new JsonObject().put(stage, "127.0.0.1:" + upstream.actualPort())));
        await(vertx.deployVerticle(DoorVerticle.class.getName(), new DeploymentOptions().setConfig(config)));
        return HttpService.port(vertx, "door");
    }

    private Answer get(int port, String path) {
        return asked(() -> client.request(HttpMethod.GET, port, "127.0.0.1", path)
                .compose(request -> request.send())
                .compose(DoorVerticleTest::read));
    }

    private String forwarded(int door, String claimed) {
        return asked(() -> client.request(HttpMethod.GET, door, "127.0.0.1", "/experiments")
                        .compose(request -> request.putHeader("X-Forwarded-For", claimed)
                                .putHeader("Forwarded", "for=" + claimed)
                                .send())
                        .compose(DoorVerticleTest::read))
                .body
                .toString();
    }

    private static void echoForwarded(HttpServerRequest request) {
        String both = String.join("|", request.headers().getAll("X-Forwarded-For"));
        request.response().end(both + (request.getHeader("Forwarded") == null ? "" : " Forwarded"));
    }

    private static Future<Answer> read(HttpClientResponse response) {
        return response.body().map(body -> new Answer(response.statusCode(), response.headers(), body));
    }

    private <T> T asked(Supplier<Future<T>> asking) {
        return await(OnLoop.of(vertx, asking));
    }

    private static <T> T await(Future<T> future) {
        return future.await();
    }
}
