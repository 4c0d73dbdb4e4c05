package io.assay.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.Eventually;
import io.assay.testkit.RawHttp;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class HostileConnectionsTest {
    private static final String JSON = "Host: a\r\nContent-Type: application/json\r\n";
    private static final int LARGE = 4_000_000;

    private final Vertx vertx = Vertx.vertx();
    private final Promise<String> notRead = Promise.promise();
    private final AtomicInteger reached = new AtomicInteger();
    private final List<RawHttp> clients = new ArrayList<>();

    @BeforeEach
    void listens() {
        listen(new HttpConfig.Patience(50, 1, 2, 2));
    }

    private void listen(HttpConfig.Patience patience) {
        Router router = HttpService.router(vertx);
        router.post("/things").handler(HttpService.body(1000)).handler(ctx -> {
            reached.incrementAndGet();
            ctx.end(Buffer.buffer(HttpService.bytes(ctx)));
        });
        router.get("/things").handler(ctx -> ctx.end("{}"));
        router.get("/things/:name").handler(ctx -> ctx.end(ctx.pathParam("name")));
        Buffer large = Buffer.buffer(new byte[LARGE]);
        router.get("/large").handler(ctx -> {
            reached.incrementAndGet();
            ctx.end(large).onFailure(notRead::tryFail);
        });
        router.get("/never").handler(ctx -> {});
        new HttpService(vertx, "hostile", new HttpConfig("127.0.0.1", 0, List.of(), patience))
                .listen(router)
                .await();
    }

    @AfterEach
    void closes() throws IOException {
        for (RawHttp client : clients) {
            client.close();
        }
        vertx.close().await();
    }

    private RawHttp client() throws IOException {
        RawHttp client = RawHttp.connect(HttpService.port(vertx, "hostile"));
        clients.add(client);
        return client;
    }

    private String answer(String request) throws IOException {
        return client().send(request).answer();
    }

    private static String post(String headers, String body) {
        return "POST /things HTTP/1.1\r\n" + JSON + headers + "\r\n" + body;
    }

    private static void assertProblem(String answer, int status) {
        assertThat(answer)
                .as(answer)
                .matches("(?s)HTTP/1\\.[01] " + status + " .*")
                .containsIgnoringCase("application/problem+json");
        assertThat(answer).contains("\"status\":" + status);
    }

    @Test
    void aHeadThatNeverEndsEndsTheConnection() throws IOException {
        assertThat(client().isEnded()).isTrue();
        assertThat(client().send("GET /things HTTP/1.1\r\nHost: a\r\nX-A").isEnded())
                .isTrue();
    }

    @Test
    void aHeadThatTricklesEndsTheConnection() throws Exception {
        RawHttp client = client().send("GET /things HTTP/1.1\r\nHost: a\r\n");
        Eventually.within(Duration.ofSeconds(20), () -> {
            boolean ended = false;
            try {
                client.send("X-A: b\r\n");
            } catch (IOException e) {
                ended = true;
            }
            assertThat(ended).isTrue();
        });
    }

    @Test
    void anAnswerThatNeverComesEndsTheConnection() throws IOException {
        assertThat(client().send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n").isEnded())
                .isTrue();
    }

    @Test
    void aConnectionThatIdlesAfterItsAnswerIsEnded() throws IOException {
        RawHttp client = client().send("GET /things HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.status()).isEqualTo(200);
        assertThat(client.isEnded()).isTrue();
    }

    @Test
    void aBodyThatStillComesAfterItsRefusalIsNotListenedToForEver() throws Exception {
        RawHttp client = client().send(post("Transfer-Encoding: chunked\r\n", "400\r\n" + "x".repeat(1024) + "\r\n"));
        assertProblem(client.answer(), 413);
        Eventually.within(Duration.ofSeconds(30), () -> {
            boolean ended = false;
            try {
                client.send("1\r\nx\r\n");
            } catch (IOException e) {
                ended = true;
            }
            assertThat(ended).isTrue();
        });
    }

    @Test
    void aClientThatDoesNotReadItsAnswersIsAskedForNoMoreAndEnded() throws IOException {
        client().send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(500));
        assertThat(notRead.future().otherwise("gone").await()).isEqualTo("gone");
        assertThat(reached.get()).isLessThan(50);
    }

    @Test
    void atTheLimitTheConnectionThatIdlesLongestYieldsToANewOne() throws IOException {
        RawHttp first = client();
        for (int i = 0; i < 49; i++) {
            client();
        }
        for (int i = 0; i < 10; i++) {
            RawHttp next = client().send("GET /things HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(next.status()).isEqualTo(200);
        }
        assertThat(first.isEnded()).isTrue();
    }

    @Test
    void whatIsNoHttpIsAProblemAndTheEnd() throws IOException {
        for (String garbage : List.of(
                "GET\r\n\r\n",
                "GET /things HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n",
                "GET /things HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n",
                post("Content-Length: 1\r\nContent-Length: 2\r\n", "{}"),
                post("Content-Length: -1\r\n", "{}"),
                post("Content-Length: +2\r\n", "{}"),
                post("Content-Length: 99999999999999999999\r\n", "{}"))) {
            RawHttp client = client().send(garbage);
            String answer = client.answer();
            assertThat(answer).as(garbage).contains(" 400 ");
            assertProblem(answer, 400);
            assertThat(client.isEnded()).as(garbage).isTrue();
        }
        assertProblem(answer("GET /things HTTP/1.1\r\n\r\n"), 400);
        assertProblem(answer("GET /things HTTP/1.1\r\nHost: a b <>\r\n\r\n"), 400);
        for (String version : List.of("GET /things HTTP/9.9", "PRI * HTTP/2.0")) {
            assertThat(answer(version + "\r\nHost: a\r\n\r\nSM\r\n\r\n")).contains(" 501 ");
        }
        assertThat(reached).hasValue(0);
    }

    @Test
    void aHeadBeyondItsLimitsIsAProblem() throws IOException {
        assertProblem(answer("GET /things?" + "a".repeat(17_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
        assertProblem(answer("GET /things HTTP/1.1\r\nHost: a\r\nX-A: " + "b".repeat(17_000) + "\r\n\r\n"), 431);
        assertProblem(answer("GET /things HTTP/1.1\r\n" + "a: b\r\n".repeat(4_500) + "\r\n"), 431);
    }

    @Test
    void aQueryOfTenMegabytesIsAProblemOrTheEndAndCostsNothingMore() throws IOException {
        RawHttp client = client();
        try {
            client.send("GET /things?" + "a".repeat(10_000_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.status()).isIn(0, 414);
        } catch (IOException e) {
            assertThat(client.isEnded()).isTrue(); // before all of it was sent
        }
    }

    @Test
    void oddAddressesAreFoundNowhereOrAreProblems() throws IOException {
        for (String uri :
                List.of("/things%zz", "/things/%", "/things/a?%zz", "/%2e%2e/etc", "*", "//", "http://[::1")) {
            String answer = answer("GET " + uri + " HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(answer.substring(0, 12)).as(uri).isIn("HTTP/1.1 400", "HTTP/1.1 404");
            assertThat(answer).containsIgnoringCase("application/problem+json");
        }
        assertThat(answer("GET /things/a%0d%0aSet-Cookie:x HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(answer("GET http://elsewhere/things HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void anUpgradeIsNotTaken() throws IOException {
        String upgrade = "GET /things HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: %s\r\n"
                + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
        assertThat(answer(upgrade.formatted("h2c"))).startsWith("HTTP/1.1 200");
        assertThat(answer(upgrade.formatted("websocket"))).startsWith("HTTP/1.1 200");
    }

    @Test
    void aBodyIsReadInWhateverPiecesItComes() throws IOException {
        assertThat(answer(post("Transfer-Encoding: chunked\r\n", "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")))
                .endsWith("{}");
        assertThat(answer(post("Content-Length: 0\r\n", ""))).startsWith("HTTP/1.1 200");
        assertThat(client().send(post("Content-Length: 2\r\n", "{}").repeat(2)).answer())
                .endsWith("{}");
    }

    @Test
    void chunksThatAreNoneAreRefused() throws IOException {
        for (String body : List.of("zz\r\n{}\r\n0\r\n\r\n", "-1\r\n{}\r\n", "ffffffffffffffff\r\n{}\r\n")) {
            RawHttp client = client().send(post("Transfer-Encoding: chunked\r\n", body));
            assertThat(client.status()).as(body).isIn(0, 400, 413);
            assertThat(client.isEnded()).as(body).isTrue();
        }
        assertThat(reached).hasValue(0);
    }

    @Test
    void aBodyWithoutEndIs413AsSoonAsItIsTooLarge() throws IOException {
        String chunk = "64\r\n" + "x".repeat(100) + "\r\n";
        assertProblem(answer(post("Transfer-Encoding: chunked\r\n", chunk.repeat(11))), 413);
        assertProblem(answer(post("Content-Length: 1001\r\n", "")), 413);
    }

    @Test
    void aBombIs413AndABrokenOneIs400() throws IOException {
        byte[] bomb = gzip(new byte[500_000]);
        assertThat(bomb.length).isLessThan(1000);
        assertProblem(packed("gzip", bomb), 413);
        assertThat(packed("gzip", gzip(bomb))).startsWith("HTTP/1.1 200 "); // unpacked once
        assertProblem(packed("gzip", "{}".getBytes()), 400);
        byte[] cut = gzip("{}".getBytes());
        cut[cut.length - 1]++;
        assertProblem(packed("gzip", cut), 400);
        assertThat(packed("gzip", gzip("{}".getBytes()))).endsWith("{}");
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        members.write(gzip("{".getBytes()));
        members.write(gzip("}".getBytes()));
        assertThat(packed("x-gzip", members.toByteArray())).endsWith("{}");
        for (String coding : List.of("br", "deflate", "gzip, gzip", "zstd", "snappy", "")) {
            assertProblem(packed(coding, gzip("{}".getBytes())), 415);
        }
    }

    private String packed(String coding, byte[] body) throws IOException {
        RawHttp client = client();
        client.send(post("Content-Encoding: " + coding + "\r\nContent-Length: " + body.length + "\r\n", ""));
        return client.send(body).answer();
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }

    @Test
    void aRequestHiddenBehindTwoLengthsIsNoSecondRequest() throws IOException {
        String hidden = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
        for (String headers : List.of(
                "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n")) {
            answer(post(headers, "0\r\n\r\n" + hidden));
        }
        for (String coding : List.of(
                "xchunked", "chunked, identity", "identity", "gzip, chunked", "chunked\r\nTransfer-Encoding: x")) {
            String answer = answer(post("Transfer-Encoding: " + coding + "\r\n", hidden));
            assertThat(answer).as(coding).startsWith("HTTP/1.1 4");
        }
    }
}
