package io.assay.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.Eventually;
import io.assay.testkit.RawHttp;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies that wait to be unpacked or parsed, behind one that takes its time. */
@Timeout(60)
class WaitingBodiesTest {
    private static final int HEAVY = 20_000;
    private static final int MOST_BYTES = 100_000;

    private final Vertx vertx = Vertx.vertx();
    private final CountDownLatch parsing = new CountDownLatch(1);
    private final AtomicInteger parsed = new AtomicInteger();
    private final AtomicReference<HttpServerResponse> last = new AtomicReference<>();
    private final List<RawHttp> clients = new ArrayList<>();

    /** Room for three large bodies, or for one packed one. */
    private final Bodies.Queue queue = new Bodies.Queue(3, MOST_BYTES + HEAVY);

    @BeforeEach
    void listens() {
        Router router = HttpService.router(vertx);
        BodyParser parser = new BodyParser(MOST_BYTES, this::parse);
        Bodies bodies =
                new Bodies(new Bodies.Budget(10 * MOST_BYTES, new AtomicLong(), new AtomicInteger(), queue), 60_000);
        router.post().handler(ctx -> {
            last.set(ctx.response());
            bodies.read(ctx, parser, 60_000);
        });
        router.post().handler(ctx -> ctx.end("{}"));
        HttpConfig.Patience patience = new HttpConfig.Patience(100, 60, 60, 60);
        new HttpService(vertx, "waiting", new HttpConfig("127.0.0.1", 0, List.of(), patience))
                .listen(router)
                .await();
    }

    private Object parse(byte[] body) {
        if (body.length >= HEAVY) {
            parsed.incrementAndGet();
            try {
                parsing.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return body;
    }

    @AfterEach
    void closes() throws IOException {
        parsing.countDown();
        for (RawHttp client : clients) {
            client.close();
        }
        vertx.close().await();
    }

    private RawHttp post(byte[] body, String headers) throws IOException {
        RawHttp client = RawHttp.connect(HttpService.port(vertx, "waiting"));
        clients.add(client);
        return client.send("POST /bodies HTTP/1.1\r\nHost: a\r\n" + headers + "Content-Length: " + body.length
                        + "\r\n\r\n")
                .send(body);
    }

    private RawHttp heavy(int waitingThen) throws Exception {
        RawHttp client = post(new byte[HEAVY], "");
        awaitWaiting(waitingThen);
        return client;
    }

    private void awaitWaiting(int many) throws Exception {
        Eventually.within(
                Duration.ofSeconds(10), () -> assertThat(queue.waiting()).isEqualTo(many));
    }

    private static byte[] packed() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write("{}".getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    @Test
    void beyondTheLimitLargeOnesAreRefusedAtOnceAndSmallOnesAreTaken() throws Exception {
        List<RawHttp> waiting = List.of(heavy(1), heavy(2), heavy(3));
        assertThat(post(new byte[HEAVY], "").answer())
                .startsWith("HTTP/1.1 503")
                .containsIgnoringCase("retry-after: 2");
        assertThat(post(new byte[10], "").status()).isEqualTo(200);
        parsing.countDown();
        for (RawHttp each : waiting) {
            assertThat(each.status()).isEqualTo(200);
        }
        awaitWaiting(0);
    }

    @Test
    void aPackedOneCountsAsWhatItMayUnpackTo() throws Exception {
        RawHttp first = heavy(1);
        assertThat(post(packed(), "Content-Encoding: gzip\r\n").status()).isEqualTo(503);
        parsing.countDown();
        assertThat(first.status()).isEqualTo(200);
        awaitWaiting(0);
        assertThat(post(packed(), "Content-Encoding: gzip\r\n").status()).isEqualTo(200);
    }

    @Test
    void oneWhoseClientIsGoneIsNotRead() throws Exception {
        RawHttp first = heavy(1);
        RawHttp gone = heavy(2);
        HttpServerResponse toNobody = last.get();
        gone.close();
        Eventually.within(
                Duration.ofSeconds(10), () -> assertThat(toNobody.closed()).isTrue());
        RawHttp third = heavy(3);
        parsing.countDown();
        assertThat(first.status()).isEqualTo(200);
        assertThat(third.status()).isEqualTo(200);
        assertThat(parsed).hasValue(2);
        awaitWaiting(0);
    }
}
