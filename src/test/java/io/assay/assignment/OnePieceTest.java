package io.assay.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.RawHttp;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An answer has the same bytes whether its head is a piece of its own or not. */
@Timeout(60)
class OnePieceTest {
    private static final String HEADERS =
            "content-type: application/json\r\ncache-control: private, no-store\r\ncontent-length: ";
    private static final byte[] BODY = "0123456789".repeat(30_000).getBytes(StandardCharsets.US_ASCII);

    private final Vertx vertx = Vertx.vertx();
    private final Answers answers = new Answers(1 << 24, Unpooled::directBuffer);
    private volatile int port;
    private RawHttp client;

    @BeforeEach
    void listens() throws IOException {
        vertx.deployVerticle(new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        return vertx.createHttpServer()
                                .requestHandler(OnePieceTest.this::answer)
                                .listen(0)
                                .onSuccess(server -> port = server.actualPort());
                    }
                })
                .await();
        client = RawHttp.connect(port);
    }

    @AfterEach
    void closes() throws IOException {
        client.close();
        vertx.close().await();
    }

    /** {@code /123} is answered with 123 bytes, {@code /123/x/400} with a header of 400 bytes besides, {@code /123/201} by 201. */
    private void answer(HttpServerRequest request) {
        String[] parts = request.uri().split("/");
        if (parts.length == 4) {
            request.response().putHeader("x", "y".repeat(Integer.parseInt(parts[3])));
        } else if (parts.length == 3) {
            request.response().setStatusCode(Integer.parseInt(parts[2]));
        }
        answers.send(request, BODY, Integer.parseInt(parts[1]));
    }

    private String ask(String path) throws IOException {
        return client.send(get(path)).answer();
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    private static String answered(int bytes) {
        return "HTTP/1.1 200 OK\r\n" + HEADERS + bytes + "\r\n\r\n" + body(bytes);
    }

    private static String body(int bytes) {
        return new String(BODY, 0, bytes, StandardCharsets.US_ASCII);
    }

    @Test
    void answersOfAllLengthsFollowEachOtherOnAConnection() throws Exception {
        for (int bytes : new int[] {1, 12, 1000, 768, 769, 16_000, 1, Answers.KEPT_BYTES, 300_000, 1000}) {
            assertThat(ask("/" + bytes)).isEqualTo(answered(bytes));
        }
    }

    @Test
    void answersThatWaitForTheirReaderAreWhole() throws Exception {
        int many = 400;
        client.send(get("/16000").repeat(many) + get("/7"));
        for (int i = 0; i < many; i++) {
            assertThat(client.answer()).isEqualTo(answered(16_000));
        }
        assertThat(client.answer()).isEqualTo(answered(7));
    }

    @Test
    void headersOfOthersAreKeptWhetherThereIsRoomForThemOrNot() throws Exception {
        for (int bytes : new int[] {1, 100, 140, 150, 160, 400, 2000}) {
            assertThat(ask("/10/x/" + bytes))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("x: " + "y".repeat(bytes) + "\r\n")
                    .endsWith("\r\n\r\n" + body(10));
        }
        assertThat(ask("/10")).isEqualTo(answered(10));
    }

    @Test
    void anotherStatusAndAnOlderClientAreAnsweredAsTheyShould() throws Exception {
        assertThat(ask("/10/201")).startsWith("HTTP/1.1 201 Created\r\n").endsWith("\r\n\r\n" + body(10));
        String older = client.send("GET /10 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                .answer();
        assertThat(older)
                .startsWith("HTTP/1.0 200 OK\r\n")
                .contains("connection: keep-alive")
                .endsWith(body(10));
        assertThat(client.send("HEAD /10 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                        .isEnded())
                .isTrue();
    }

    @Test
    void whoWantsTheConnectionClosedIsToldSo() throws Exception {
        String last = client.send("GET /10 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                .answer();
        assertThat(last)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("connection: close\r\n")
                .endsWith(body(10));
        assertThat(client.isEnded()).isTrue();
    }
}
