package io.assay.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.Eventually;
import io.assay.testkit.RawHttp;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many patient clients at once: what they may hold of this process, and who yields. */
@Timeout(120)
class CrowdTest {
    private static final int CONNECTIONS = 4;
    private static final long PATIENT_MILLIS = 60_000;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicReference<WeakReference<RoutingContext>> asked = new AtomicReference<>();
    private final List<RawHttp> clients = new ArrayList<>();
    private final Bodies.Budget budget =
            new Bodies.Budget(1000, new AtomicLong(), new AtomicInteger(), new Bodies.Queue(Bodies.MOST_WAITING, 1000));

    @BeforeEach
    void listens() {
        Router router = HttpService.router(vertx);
        BodyParser parser = new BodyParser(900, bytes -> null);
        Bodies hasty = new Bodies(budget, 0);
        Bodies quick = new Bodies(budget, PATIENT_MILLIS);
        router.post("/slow").handler(ctx -> hasty.read(ctx, parser, PATIENT_MILLIS));
        router.post("/quick").handler(ctx -> quick.read(ctx, parser, PATIENT_MILLIS));
        router.post("/short").handler(ctx -> quick.read(ctx, parser, 50));
        router.post().handler(ctx -> {
            asked.set(new WeakReference<>(ctx));
            ctx.end("{}");
        });
        router.get("/things").handler(ctx -> ctx.end("{}"));
        HttpConfig.Patience patience = new HttpConfig.Patience(CONNECTIONS, 60, 60, 60);
        new HttpService(vertx, "crowd", new HttpConfig("127.0.0.1", 0, List.of(), patience))
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
        RawHttp client = RawHttp.connect(HttpService.port(vertx, "crowd"));
        clients.add(client);
        return client;
    }

    /** Announces 600 bytes and sends 400. */
    private RawHttp begin(String path) throws Exception {
        long before = budget.held().get();
        RawHttp client =
                client().send("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 600\r\n\r\n" + "x".repeat(400));
        Eventually.within(
                Duration.ofSeconds(10), () -> assertThat(budget.held()).hasValue(before + 400));
        return client;
    }

    @Test
    void anIdleConnectionHoldsNothingOfItsLastRequest() throws Exception {
        RawHttp client = begin("/quick").send("x".repeat(200));
        assertThat(client.status()).isEqualTo(200);
        Eventually.within(Duration.ofSeconds(20), () -> {
            System.gc();
            assertThat(asked.get().get()).isNull();
        });
        assertThat(client.send("GET /things HTTP/1.1\r\nHost: a\r\n\r\n").status())
                .isEqualTo(200);
        assertThat(budget.held()).hasValue(0);
    }

    @Test
    void atTheLimitTheOldestRequestThatIsNotCompleteYieldsToANewConnection() throws Exception {
        List<RawHttp> unfinished = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            unfinished.add(client().send("POST /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx"));
            int come = i + 1;
            Eventually.within(
                    Duration.ofSeconds(10), () -> assertThat(budget.held()).hasValue(come));
        }
        assertThat(client().send("GET /things HTTP/1.1\r\nHost: a\r\n\r\n").status())
                .isEqualTo(200);
        Eventually.within(
                Duration.ofSeconds(10), () -> assertThat(budget.held()).hasValue(CONNECTIONS - 1));
    }

    @Test
    void whenBodiesHoldAllTheyMayTheOldestSlowOneIsGivenUp() throws Exception {
        RawHttp slow = begin("/slow");
        RawHttp second = begin("/slow");
        RawHttp third =
                client().send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 400\r\n\r\n" + "x".repeat(400));
        assertThat(slow.status()).isEqualTo(503);
        assertThat(third.status()).isEqualTo(200);
        assertThat(second.send("x".repeat(200)).status()).isEqualTo(200);
        assertThat(budget.held()).hasValue(0);
    }

    @Test
    void whenAllAreQuickTheNewcomerIsRefusedAndTheOthersComeToTheirEnd() throws Exception {
        RawHttp first = begin("/quick");
        RawHttp second = begin("/quick");
        RawHttp newcomer =
                client().send("POST /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 400\r\n\r\n" + "x".repeat(400));
        assertThat(newcomer.answer()).startsWith("HTTP/1.1 503").containsIgnoringCase("retry-after: 1");
        assertThat(first.send("x".repeat(200)).status()).isEqualTo(200);
        assertThat(second.send("x".repeat(200)).status()).isEqualTo(200);
        assertThat(budget.held()).hasValue(0);
    }

    @Test
    void slowBodiesOfAnotherEventLoopThatHoldAllTheyMayKeepNoQuickOneOut() throws Exception {
        RawHttp first = begin("/slow");
        RawHttp second = begin("/slow");
        RawHttp quick =
                client().send("POST /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 240\r\n\r\n" + "x".repeat(240));
        assertThat(quick.status()).isEqualTo(200);
        assertThat(first.send("x".repeat(200)).status()).isEqualTo(200);
        assertThat(second.send("x".repeat(200)).status()).isEqualTo(200);
        assertThat(budget.held()).hasValue(0);
    }

    @Test
    void aBodyThatDoesNotComeToItsEndInTimeIs408() throws Exception {
        RawHttp late = client().send("POST /short HTTP/1.1\r\nHost: a\r\nContent-Length: 600\r\n\r\nx");
        assertThat(late.answer()).startsWith("HTTP/1.1 408").contains("request_timeout");
        assertThat(budget.held()).hasValue(0);
    }
}
