package io.assay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.admin.AdminServer.Answer;
import io.assay.embedded.SharedServers;
import io.assay.platform.Health;
import io.assay.testkit.Eventually;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PostgresAwayIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String DRAFT = AdminServer.draftBody("while", "");

    private final JsonObject postgres = SharedServers.newDatabase();

    /** Every kind of route, at once. */
    private static List<CompletableFuture<Answer>> askEverything(AdminServer server) {
        List<String> asked = List.of(
                "GET /experiments",
                "POST /experiments " + DRAFT,
                "GET /experiments/before",
                "PATCH /experiments/before {\"name\": \"changed\"}",
                "DELETE /experiments/before",
                "POST /experiments/before/preview {\"status\": \"active\"}",
                "POST /experiments/before/kill",
                "POST /experiments/before/copy {\"key\": \"copied\"}",
                "GET /experiments/before/history",
                "GET /experiments/before/users/u",
                "GET /layers",
                "POST /layers {\"key\": \"l\"}",
                "GET /metrics-definitions",
                "PATCH /holdout {\"percent\": 1}",
                "GET /keys",
                "POST /keys {\"name\": \"n\", \"scope\": \"read\"}");
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (String each : asked) {
            String[] parts = each.split(" ", 3);
            answers.add(server.sendOnce(parts[0], parts[1], parts.length > 2 ? parts[2] : null)
                    .orTimeout(10, TimeUnit.SECONDS));
        }
        return answers;
    }

    private static void assertUnavailableInTime(AdminServer server) {
        for (int i = 0; i < 3; i++) {
            long begun = System.nanoTime();
            for (CompletableFuture<Answer> each : askEverything(server)) {
                Answer refused = each.join();
                assertThat(refused.status()).as(refused.raw().uri().toString()).isEqualTo(503);
                assertThat(refused.header("Retry-After")).matches("[1-9]");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isLessThan(Duration.ofSeconds(5)); // 2 s on a machine that is not busy
        }
    }

    private static void assertRecovers(AdminServer server) throws Exception {
        Eventually.within(
                SOON,
                () -> assertThat(server.get("/experiments/before").status()).isEqualTo(200));
        assertThat(server.get("/experiments/before").json().getString("name")).isEmpty();
        assertThat(server.get("/experiments/before").json().getLong("revision")).isEqualTo(1);
        assertThat(server.column("select count(*) from experiment")).containsExactly("1");
        assertThat(server.column("select count(*) from layer")).containsExactly("1");
        assertThat(server.patch("/experiments/before", "{\"name\": \"after\"}").status())
                .isEqualTo(200);
    }

    @Test
    void cutOffEveryRouteIs503InTimeAndComesBackByItself() throws Exception {
        try (Line line = new Line(postgres);
                AdminServer server = new AdminServer(line.section(), new JsonObject())) {
            assertThat(server.draft("before", "").status()).isEqualTo(201);
            line.cut();
            assertUnavailableInTime(server);
            line.restore();
            assertRecovers(server);
        }
    }

    /** As with a paused server or a network that drops everything: no connection is ever closed by the other side. */
    @Test
    void silentEveryRouteIs503InTimeAndComesBackByItself() throws Exception {
        try (Line line = new Line(postgres);
                AdminServer server = new AdminServer(line.section(), new JsonObject())) {
            assertThat(server.draft("before", "").status()).isEqualTo(201);
            line.silence();
            assertUnavailableInTime(server);
            line.restore();
            assertRecovers(server);
        }
    }

    @Test
    void awayAtTheStartItIs503AndNotReadyUntilItIsThere() throws Exception {
        try (Line line = new Line(postgres)) {
            line.cut();
            try (AdminServer server = new AdminServer(line.section(), new JsonObject())) {
                assertUnavailableInTime(server);
                assertThat(server.get("/openapi.yaml").status()).isEqualTo(200);
                assertThat(Health.of(server.vertx).problems()).containsKey("definitions");
                line.restore();
                Eventually.within(
                        SOON,
                        () -> assertThat(server.draft("before", "").status()).isEqualTo(201));
                assertThat(Health.of(server.vertx).problems()).isEmpty();
                assertRecovers(server);
            }
        }
    }
}
