package io.assay.platform;

import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.Eventually;
import io.assay.testkit.OnLoop;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.Router;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a request is counted under, and which trace it is worked on for. */
@ExtendWith(VertxExtension.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RequestMeterTest {
    private static final String STAGE = "metered";
    private static final String[] IDS = {"4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c"};

    private Vertx vertx;
    private HttpClient client;

    @BeforeEach
    void listens(Vertx vertx) {
        this.vertx = vertx;
        client = vertx.createHttpClient();
        Router router = HttpService.router(vertx);
        router.get("/things/:name").handler(ctx -> ctx.end("{}"));
        router.get("/hangs").handler(ctx -> {
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(400);
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            ctx.end();
        });
        router.get("/broken").handler(ctx -> ctx.fail(new IllegalStateException("planted")));
        // its trace is asked for after it waited, on another turn of the loop and on another thread
        router.get("/traced").handler(ctx -> vertx.timer(5, TimeUnit.MILLISECONDS)
                .compose(waited -> vertx.executeBlocking(RequestMeterTest::traced))
                .onSuccess(beside -> ctx.end(traced() + " " + beside))
                .onFailure(ctx::fail));
        HttpService service = new HttpService(vertx, STAGE, new HttpConfig("127.0.0.1", 0, List.of()));
        OnLoop.of(
                        vertx,
                        () -> service.listen(
                                request -> {
                                    if (request.path().equals("/fast")) {
                                        request.response().end();
                                    } else {
                                        router.handle(request);
                                    }
                                },
                                "GET /fast"))
                .await();
    }

    private static String traced() {
        @Nullable Trace trace = Trace.current();
        return trace == null ? "none" : trace.id();
    }

    @Test
    void anAnswerCountsUnderTheTemplateOfItsRoute() throws Exception {
        ask("/things/secret-a");
        ask("/things/secret-b");
        ask("/broken");
        ask("/fast");
        ask("/nowhere");
        send(HttpMethod.valueOf("FORGED"), "/things/a", null).await();
        Eventually.within(Duration.ofSeconds(10), () -> {
            assertThat(count("GET /things/:name", "2xx")).isEqualTo(2);
            assertThat(count("GET /broken", "5xx")).isEqualTo(1);
            assertThat(count("GET /fast", "2xx")).isEqualTo(1);
            assertThat(count(RequestMeter.NO_ROUTE, "4xx")).isEqualTo(2);
        });
        assertThat(Meters.registry()
                        .find("assay.http.requests")
                        .tag("stage", STAGE)
                        .timers())
                .noneMatch(timer ->
                        requireNonNullElse(timer.getId().getTag("route"), "").matches(".*(secret|FORGED).*"));
    }

    @Test
    void theUsualOutcomesOfARouteAreShownFromItsFirstRequestOn() throws Exception {
        ask("/things/a");
        Eventually.within(Duration.ofSeconds(10), () -> assertThat(Meters.registry()
                        .find("assay.http.requests")
                        .tags("stage", STAGE, "route", "GET /things/:name", "outcome", "5xx")
                        .timer())
                .isNotNull());
    }

    @Test
    void whateverIsDoneForARequestKnowsItsTraceAndNoOther() {
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            answers.add(trace(i % 3 == 2 ? "nonsense" : "00-" + IDS[i % 3] + "-00f067aa0ba902b7-01"));
        }
        for (int i = 0; i < answers.size(); i++) {
            String id = i % 3 == 2 ? "none" : IDS[i % 3];
            assertThat(answers.get(i).await()).isEqualTo(id + " " + id);
        }
    }

    @Test
    void anEventLoopThatIsHeldUpShowsIt() throws Exception {
        Timer delay = Meters.registry()
                .get("assay.eventloop.delay")
                .tag("stage", STAGE)
                .timer();
        ask("/hangs");
        // a timer was due at least 150 ms before its end
        Eventually.within(Duration.ofSeconds(10), () -> assertThat(delay.max(TimeUnit.MILLISECONDS))
                .isGreaterThan(140));
    }

    private static long count(String route, String outcome) {
        Timer timer = Meters.registry()
                .find("assay.http.requests")
                .tags("stage", STAGE, "route", route, "outcome", outcome)
                .timer();
        return timer == null ? 0 : timer.count();
    }

    private void ask(String path) {
        send(path, null).await();
    }

    private Future<String> trace(String parent) {
        return send("/traced", parent);
    }

    private Future<String> send(String path, @Nullable String parent) {
        return send(HttpMethod.GET, path, parent);
    }

    private Future<String> send(HttpMethod method, String path, @Nullable String parent) {
        RequestOptions options = new RequestOptions()
                .setHost("127.0.0.1")
                .setPort(HttpService.port(vertx, STAGE))
                .setMethod(method)
                .setURI(path);
        if (parent != null) {
            options.putHeader(Trace.HEADER, parent);
        }
        return OnLoop.of(vertx, () -> client.request(options)
                .compose(request -> request.send())
                .compose(HttpClientResponse::body)
                .map(Object::toString));
    }
}
