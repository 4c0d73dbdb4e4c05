package io.assay.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.Eventually;
import io.assay.testkit.RawHttp;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What answers hold of the memory beside the heap, whoever reads them or not. */
@Timeout(120)
class AnswersTest {
    private static final int BIG = 8 << 20;
    private static final long MOST = 4L * BIG;
    private static final int SLOW_READERS = 12;

    private final Vertx vertx = Vertx.vertx();
    private final List<RawHttp> clients = new ArrayList<>();
    private final AtomicLong mostHeld = new AtomicLong();
    private final AtomicInteger sent = new AtomicInteger();
    private final List<ByteBuf> given = new CopyOnWriteArrayList<>();
    private final byte[] body = new byte[BIG];
    private volatile IntFunction<ByteBuf> memory = Unpooled::directBuffer;
    private final Answers answers = new Answers(MOST, this::allocate);
    private volatile Context context = vertx.getOrCreateContext();
    private volatile int port;

    private ByteBuf allocate(int bytes) {
        ByteBuf made = memory.apply(bytes);
        given.add(made);
        return made;
    }

    @BeforeEach
    void listens() {
        vertx.deployVerticle(new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        AnswersTest.this.context = super.context;
                        return vertx.createHttpServer()
                                .requestHandler(AnswersTest.this::answer)
                                .listen(0)
                                .onSuccess(server -> port = server.actualPort());
                    }
                })
                .await();
    }

    @AfterEach
    void closes() throws IOException {
        for (RawHttp client : clients) {
            client.close();
        }
        vertx.close().await();
    }

    /** {@code /123} is answered with 123 bytes. */
    private void answer(HttpServerRequest request) {
        answers.send(request, body, Integer.parseInt(request.uri().substring(1)));
        mostHeld.accumulateAndGet(answers.heldBytes(), Math::max);
        sent.incrementAndGet();
    }

    private RawHttp ask(int bytes) throws IOException {
        RawHttp client = RawHttp.connect(port);
        clients.add(client);
        return ask(client, bytes);
    }

    private static RawHttp ask(RawHttp client, int bytes) throws IOException {
        return client.send("GET /" + bytes + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    private long held() {
        return Future.<Long>future(held -> context.runOnContext(now -> held.complete(answers.heldBytes())))
                .await();
    }

    private void assertAllIsGivenBack() throws Exception {
        Eventually.within(Duration.ofSeconds(20), () -> {
            assertThat(held()).isZero();
            assertThat(given).allMatch(each -> each.refCnt() == 0);
        });
    }

    @Test
    void whoDoesNotReadPinsNoMoreThanTheLimitAndLosesTheConnectionToOthers() throws Exception {
        for (int i = 0; i < SLOW_READERS; i++) {
            int before = i;
            ask(BIG);
            Eventually.within(
                    Duration.ofSeconds(20), () -> assertThat(sent.get()).isGreaterThan(before));
        }
        assertThat(mostHeld.get()).isBetween(MOST / 2, MOST);
        assertThat(ask(200).status()).isEqualTo(200);
        assertThat(clients.get(0).isEnded()).isTrue();
        assertThat(ask(BIG).answer()).hasSizeGreaterThan(BIG);
    }

    @Test
    void largeMemoryIsGivenBackAsSoonAsItsReaderIsGone() throws Exception {
        RawHttp small = ask(200);
        assertThat(small.status()).isEqualTo(200);
        for (int i = 0; i < 3; i++) {
            ask(BIG);
        }
        Eventually.within(Duration.ofSeconds(20), () -> assertThat(held()).isGreaterThan(2L * BIG));
        for (RawHttp client : clients.subList(1, clients.size())) {
            client.close();
        }
        Eventually.within(Duration.ofSeconds(20), () -> assertThat(held()).isLessThanOrEqualTo(1024));
        assertThat(ask(small, Answers.KEPT_BYTES + 1).status()).isEqualTo(200);
        Eventually.within(Duration.ofSeconds(20), () -> assertThat(held()).isLessThanOrEqualTo(1024));
    }

    @Test
    void whatABurstLeftIsGivenBackInCalmAndAllOfItAtTheEnd() throws Exception {
        int many = 100;
        RawHttp burst = RawHttp.connect(port);
        clients.add(burst);
        burst.send("GET /2000 HTTP/1.1\r\nHost: a\r\n\r\n".repeat(many));
        for (int i = 0; i < many; i++) {
            assertThat(burst.status()).isEqualTo(200);
        }
        for (int i = 0; i < many; i++) {
            assertThat(ask(burst, 2000).status()).isEqualTo(200);
        }
        assertThat(held()).isBetween(2000L, 40L * 2000);
        context.runOnContext(now -> answers.close());
        assertAllIsGivenBack();
    }

    @Test
    void whereThereIsNoMemoryTheConnectionEndsAndTheNextOneIsAnswered() throws Exception {
        memory = bytes -> {
            throw new OutOfMemoryError("none");
        };
        assertThat(ask(200).isEnded()).isTrue();
        memory = Unpooled::directBuffer;
        assertThat(ask(200).status()).isEqualTo(200);
    }
}
