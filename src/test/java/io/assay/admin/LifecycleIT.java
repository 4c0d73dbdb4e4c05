package io.assay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.admin.AdminServer.Answer;
import io.assay.catalog.CatalogSnapshot;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.Versions;
import io.assay.engine.Experiment;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifecycleIT {
    private static final AdminServer server = new AdminServer();

    @AfterAll
    static void close() {
        server.close();
    }

    private static List<String> served() {
        return server.catalog.load().await().snapshot().experiments().stream()
                .map(Experiment::key)
                .toList();
    }

    private static MeasuredExperiment measured(String key) {
        return server.catalog.measured().await().experiments().stream()
                .filter(e -> e.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    /** Whether config, emergency and keys moved (each by one at most) while that was done. */
    private static String moved(Runnable change) {
        Versions before = server.versions();
        change.run();
        Versions after = server.versions();
        return (after.config() - before.config()) + " " + (after.emergency() - before.emergency()) + " "
                + (after.keys() - before.keys());
    }

    private static void become(String key, String status) {
        server.draft(key, "");
        switch (status) {
            case "active" -> server.status(key, "active");
            case "paused" -> {
                server.status(key, "active");
                server.status(key, "paused");
            }
            case "concluded" -> {
                server.status(key, "active");
                server.status(key, "concluded");
            }
            default -> {}
        }
        assertThat(server.get("/experiments/" + key).json().getString("status")).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "draft,active,200", "draft,paused,409", "draft,concluded,409", "draft,draft,200",
        "active,active,200", "active,paused,200", "active,concluded,200", "active,draft,409",
        "paused,active,200", "paused,paused,200", "paused,concluded,200", "paused,draft,409",
        "concluded,active,409", "concluded,paused,409", "concluded,concluded,200", "concluded,draft,409"
    })
    void everyTransitionIsAllowedOrSaysWhatIs(String from, String to, int status) {
        String key = from + "-" + to;
        become(key, from);
        long revision = server.get("/experiments/" + key).json().getLong("revision");
        Answer answer = server.status(key, to);
        assertThat(answer.status()).isEqualTo(status);
        if (status == 409) {
            assertThat(answer.json().getJsonArray("allowed"))
                    .isEqualTo(
                            switch (from) {
                                case "draft" -> new JsonArray().add("active");
                                case "active" -> new JsonArray().add("paused").add("concluded");
                                case "paused" -> new JsonArray().add("active").add("concluded");
                                default -> new JsonArray();
                            });
        } else {
            assertThat(answer.json().getString("status")).isEqualTo(to);
            assertThat(answer.json().getLong("revision")).isEqualTo(from.equals(to) ? revision : revision + 1);
        }
    }

    @Nested
    class VersionNumbers {
        @Test
        void moveExactlyWhenWhatIsServedChanges() {
            assertThat(moved(() -> server.draft("v", "\"layer\": \"vs\", \"rollout\": 10")))
                    .isEqualTo("0 0 0");
            assertThat(moved(() -> server.patch("/experiments/v", "{\"rollout\": 20}")))
                    .isEqualTo("0 0 0");
            assertThat(moved(() -> server.status("v", "active"))).isEqualTo("1 0 0");
            assertThat(moved(() -> server.status("v", "active"))).isEqualTo("0 0 0");
            assertThat(moved(() -> server.patch(
                            "/experiments/v",
                            "{\"name\": \"V\", \"owner\": \"o\", \"end\": \"2099-01-01T00:00:00Z\"}")))
                    .isEqualTo("0 0 0");
            assertThat(moved(() -> server.patch("/experiments/v", "{\"overrides\": {\"u\": \"treatment\"}}")))
                    .isEqualTo("1 0 0");
            assertThat(moved(() -> server.patch("/experiments/v", "{\"rollout\": 30}")))
                    .isEqualTo("1 0 0");
            assertThat(moved(() -> server.patch("/experiments/v", "{\"rollout\": 10}")))
                    .isEqualTo("0 0 0");
            assertThat(moved(() -> server.status("v", "paused"))).isEqualTo("1 0 0");
            assertThat(moved(() -> server.patch("/experiments/v", "{\"overrides\": {\"u\": null}}")))
                    .isEqualTo("0 0 0");
            assertThat(moved(() -> server.status("v", "active"))).isEqualTo("1 0 0");
            assertThat(moved(() -> server.post("/experiments/v/kill", null))).isEqualTo("1 1 0");
            assertThat(moved(() -> server.post("/experiments/v/kill", null))).isEqualTo("0 0 0");
            assertThat(moved(() -> server.status("v", "active"))).isEqualTo("1 1 0");
            assertThat(moved(() -> server.status("v", "concluded"))).isEqualTo("1 0 0");
            assertThat(moved(() -> server.post("/layers", "{\"key\": \"unused\"}")))
                    .isEqualTo("0 0 0");
            assertThat(moved(() -> server.post(
                            "/metrics-definitions", "{\"key\": \"m\", \"event\": \"e\", \"kind\": \"sum\"}")))
                    .isEqualTo("0 0 0");
            assertThat(moved(() -> server.post("/keys", "{\"name\": \"k\", \"scope\": \"read\"}")))
                    .isEqualTo("0 0 1");
            assertThat(moved(() -> server.post("/experiments", "{}"))).isEqualTo("0 0 0");
        }
    }

    @Nested
    class Kill {
        @Test
        void pausesAndListsUntilItIsResumed() {
            become("risky", "active");
            Answer killed = server.post("/experiments/risky/kill", null);
            assertThat(killed.json().getString("status")).isEqualTo("paused");
            assertThat(killed.json().getBoolean("killed")).isTrue();
            CatalogSnapshot now = server.catalog.load().await();
            assertThat(now.killed()).contains("risky");
            assertThat(served()).doesNotContain("risky");
            server.status("risky", "active");
            assertThat(server.catalog.load().await().killed()).doesNotContain("risky");
            assertThat(served()).contains("risky");
        }

        @Test
        void leavesTheListSevenDaysAfterTheConclusion() {
            become("gone", "active");
            server.post("/experiments/gone/kill", null);
            server.status("gone", "concluded");
            server.sql(
                    "update experiment set concluded_at = concluded_at - interval '6 days 23 hours' where key = 'gone'");
            assertThat(server.catalog.applySchedule().await()).isFalse();
            assertThat(server.catalog.load().await().killed()).contains("gone");
            server.sql("update experiment set concluded_at = concluded_at - interval '1 hour' where key = 'gone'");
            assertThat(moved(() ->
                            assertThat(server.catalog.applySchedule().await()).isTrue()))
                    .isEqualTo("0 1 0");
            assertThat(server.catalog.load().await().killed()).doesNotContain("gone");
        }

        @Test
        void isForWhatRuns() {
            become("quiet", "draft");
            become("over", "concluded");
            assertThat(server.post("/experiments/quiet/kill", null).status()).isEqualTo(409);
            assertThat(server.post("/experiments/over/kill", null).status()).isEqualTo(409);
            assertThat(server.post("/experiments/nothing/kill", null).status()).isEqualTo(404);
        }
    }

    @Nested
    class Schedule {
        @Test
        void aFutureStartIsServedWhenItComes() {
            server.draft("later", "\"start\": \"2098-01-01T00:00:00Z\"");
            assertThat(moved(() -> server.status("later", "active"))).isEqualTo("0 0 0");
            assertThat(server.get("/experiments/later").json().getBoolean("served"))
                    .isFalse();
            assertThat(server.catalog.applySchedule().await()).isFalse();
            server.sql("update experiment set start_at = now() where key = 'later'");
            assertThat(moved(() ->
                            assertThat(server.catalog.applySchedule().await()).isTrue()))
                    .isEqualTo("1 0 0");
            assertThat(served()).contains("later");
            assertThat(moved(() -> server.catalog.applySchedule().await())).isEqualTo("0 0 0");
        }

        @Test
        void atItsEndItConcludesAndFreesItsSlots() {
            server.launched("short", "\"layer\": \"ends\", \"end\": \"2098-01-01T00:00:00Z\"");
            server.sql("update experiment set end_at = now() where key = 'short'");
            Instant end = Instant.parse(server.get("/experiments/short").json().getString("end"));
            assertThat(moved(() ->
                            assertThat(server.catalog.applySchedule().await()).isTrue()))
                    .isEqualTo("1 0 0");
            JsonObject over = server.get("/experiments/short").json();
            assertThat(over.getString("status")).isEqualTo("concluded");
            assertThat(Instant.parse(over.getString("end"))).isEqualTo(end);
            assertThat(server.get("/layers/ends").json().getValue("free_percent"))
                    .isEqualTo(100);
            assertThat(server.status("short", "active").status()).isEqualTo(409);
        }

        @Test
        void apausedOneConcludesAtItsEndToo() {
            become("sleeping", "paused");
            server.sql("update experiment set end_at = now() where key = 'sleeping'");
            assertThat(server.status("sleeping", "active").code()).isEqualTo("not_allowed");
            assertThat(server.catalog.applySchedule().await()).isTrue();
            assertThat(server.get("/experiments/sleeping").json().getString("status"))
                    .isEqualTo("concluded");
        }

        @Test
        void nothingIsLaunchedAfterItsEnd() {
            server.draft("late", "\"start\": \"2020-01-01T00:00:00Z\", \"end\": \"2020-02-01T00:00:00Z\"");
            assertThat(server.status("late", "active").code()).isEqualTo("end_passed");
        }

        @Test
        void concludingEndsItWithinAMinuteAndNeverLater() {
            become("open", "concluded");
            long left = measured("open").endMillis()
                    - server.catalog.measured().await().nowMillis();
            assertThat(Duration.ofMillis(left)).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(60));
            server.launched("soon", "");
            server.sql(
                    "update experiment set end_at = date_trunc('seconds', now()) + interval '30 seconds' where key = 'soon'");
            String end = server.get("/experiments/soon").json().getString("end");
            assertThat(server.status("soon", "concluded").json().getString("end"))
                    .isEqualTo(end);
        }
    }

    @Nested
    class Launch {
        @Test
        void freezesMetricsAsTheyAreDefinedThen() {
            server.post(
                    "/metrics-definitions",
                    "{\"key\": \"aov\", \"event\": \"order\", \"kind\": \"sum\", \"window\": \"7d\"}");
            server.draft(
                    "frozen",
                    "\"metrics\": [\"aov\", \"clicks\", {\"key\": \"own\", \"event\": \"x\", \"kind\": \"conversion\", \"window\": \"1h\"}]");
            server.patch("/metrics-definitions/aov", "{\"window\": \"14d\"}");
            server.status("frozen", "active");
            server.patch("/metrics-definitions/aov", "{\"window\": null}");
            assertThat(measured("frozen").metrics())
                    .extracting(m -> m.key() + " " + m.event() + " " + m.kind() + " " + m.windowMillis())
                    .containsExactly(
                            "aov order SUM 1209600000", "clicks clicks CONVERSION null", "own x CONVERSION 3600000");
        }

        @Test
        void startsByTheDatabasesClockUnlessGiven() {
            become("now", "active");
            long start = measured("now").startMillis();
            assertThat(start)
                    .isBetween(
                            server.catalog.measured().await().nowMillis() - 60_000,
                            server.catalog.measured().await().nowMillis());
            assertThat(measured("now").endMillis()).isEqualTo(Long.MAX_VALUE);
            server.launched("earlier", "\"start\": \"2026-01-01T00:00:00Z\"");
            assertThat(measured("earlier").startMillis())
                    .isEqualTo(Instant.parse("2026-01-01T00:00:00Z").toEpochMilli());
        }

        @Test
        void draftsAreNotMeasured() {
            become("unborn", "draft");
            assertThat(server.catalog.measured().await().experiments())
                    .noneMatch(e -> e.key().equals("unborn"));
            assertThat(server.catalog.find("unborn").await()).isPresent();
        }
    }
}
