package io.assay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.admin.AdminServer.Answer;
import io.assay.analytics.Batch;
import io.assay.analytics.Position;
import io.assay.analytics.PostgresMetricStore;
import io.assay.embedded.SharedServers;
import io.assay.engine.Assigner;
import io.assay.engine.Attributes;
import io.assay.engine.Bucket;
import io.assay.engine.Scratch;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ExplanationIT {
    private static final JsonObject POSTGRES = SharedServers.newDatabase();
    private static final AdminServer server = new AdminServer(POSTGRES, new JsonObject().put("analytics", POSTGRES));
    private static final PostgresMetricStore exposures =
            PostgresMetricStore.create(server.vertx, new JsonObject().put("analytics", POSTGRES));

    @AfterAll
    static void close() {
        exposures.close().await();
        server.close();
    }

    private static JsonObject explain(String key, String user) {
        Answer answer = server.get("/experiments/" + key + "/users/" + user);
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.json();
    }

    private static JsonObject step(JsonObject explained, String name) {
        return explained.getJsonArray("steps").stream()
                .map(JsonObject.class::cast)
                .filter(step -> step.getString("step").equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The step that decided. */
    private static String decider(JsonObject explained) {
        return explained.getJsonArray("steps").stream()
                .map(JsonObject.class::cast)
                .filter(step -> !step.getString("result").equals("next"))
                .findFirst()
                .orElseThrow()
                .getString("step");
    }

    @Test
    void everyStepIsShownWithWhatItLookedAt() {
        JsonObject shown = server.launched(
                        "steps",
                        "\"layer\": \"floor\", \"rollout\": 40, \"targeting\": {\"platforms\": [\"web\"], \"rules\": "
                                + "[{\"attribute\": \"age\", \"op\": \"gte\", \"values\": [18]}]}, "
                                + "\"overrides\": {\"qa\": \"treatment\"}")
                .json();
        for (int i = 0; i < 50; i++) {
            JsonObject explained = explain("steps", "u" + i + "?platform=web&platform=tv&age=20");
            JsonObject layer = step(explained, "layer");
            int slot = Bucket.of(layer.getString("salt"), "u" + i);
            assertThat(layer.getInteger("bucket")).isEqualTo(slot);
            assertThat(layer.getJsonArray("slots")).isEqualTo(shown.getJsonArray("slots"));
            int bucket = Bucket.of(step(explained, "variant").getString("salt"), "u" + i);
            String expected = slot >= 4000 ? null : bucket < 5000 ? "control" : "treatment";
            assertThat(explained.getString("variant")).isEqualTo(expected);
            assertThat(explained.getString("reason")).isEqualTo(expected == null ? "slot" : "split");
            assertThat(decider(explained)).isEqualTo(expected == null ? "layer" : "variant");
        }
        JsonObject young = explain("steps", "u1?platform=web&age=17");
        assertThat(decider(young)).isEqualTo("targeting");
        JsonArray rules = step(young, "targeting").getJsonArray("rules");
        assertThat(rules.getJsonObject(0).getBoolean("holds")).isTrue();
        assertThat(rules.getJsonObject(1).getBoolean("holds")).isFalse();
        JsonObject named = explain("steps", "qa");
        assertThat(decider(named)).isEqualTo("override");
        assertThat(named.getString("variant")).isEqualTo("treatment");
    }

    @Test
    void itSaysWhatTheEngineSays() {
        server.launched("alike", "\"layer\": \"alikes\", \"rollout\": 60");
        server.patch("/holdout", "{\"percent\": 0}");
        var snapshot = server.catalog.load().await().snapshot();
        Assigner assigner = new Assigner(snapshot);
        Scratch scratch = new Scratch();
        int place = snapshot.experiments().stream().map(e -> e.key()).toList().indexOf("alike");
        for (String user : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
            assigner.assign(user, new Attributes(), scratch);
            int variant = scratch.variants()[place];
            assertThat(explain("alike", user).getString("variant"))
                    .isEqualTo(
                            variant < 0 ? null : List.of("control", "treatment").get(variant));
        }
    }

    @Test
    void whatIsNotServedIsExplainedToo() {
        server.draft("drawn", "");
        JsonObject draft = explain("drawn", "u1");
        assertThat(draft.getValue("variant")).isNull();
        assertThat(draft.getString("reason")).isEqualTo("not_served");
        assertThat(decider(draft)).isEqualTo("status");
        assertThat(step(draft, "layer").getJsonArray("slots")).isEmpty();
        server.status("drawn", "active");
        String variant = explain("drawn", "u1").getString("variant");
        server.post("/experiments/drawn/kill", null);
        JsonObject killed = explain("drawn", "u1");
        assertThat(killed.getString("reason")).isEqualTo("not_served");
        assertThat(killed.getString("variant_if_served")).isEqualTo(variant);
        assertThat(step(killed, "emergency").getBoolean("killed")).isTrue();
    }

    @Test
    void whoIsHeldOutOrWhoseArmWasDroppedIsTold() {
        server.launched("arms", "");
        server.patch(
                "/experiments/arms",
                "{\"variants\": [{\"key\": \"control\", \"allocation\": 50}, "
                        + "{\"key\": \"treatment\", \"allocation\": 50, \"dropped\": true}]}");
        for (int i = 0; i < 20; i++) {
            JsonObject explained = explain("arms", "u" + i);
            boolean dropped = step(explained, "variant").getString("variant").equals("treatment");
            assertThat(explained.getString("reason")).isEqualTo(dropped ? "dropped" : "split");
        }
        server.sql("insert into salt (salt) values ('0badcafe')");
        server.sql("update holdout set slots = 10000, salt = '0badcafe'");
        JsonObject held = explain("arms", "u1");
        assertThat(decider(held)).isEqualTo("holdout");
        assertThat(held.getString("reason")).isEqualTo("holdout");
        assertThat(step(held, "holdout").getInteger("bucket")).isEqualTo(Bucket.of("0badcafe", "u1"));
        server.sql("update holdout set slots = 0");
    }

    @Test
    void theRecordedFirstExposureIsShown() {
        String id = server.launched("seen", "").json().getString("experiment_id");
        assertThat(explain("seen", "u1").getString("first_exposure_note")).isNotEmpty(); // nothing is there yet
        exposures.migrate().await();
        int topic = exposures.register("assignments", "t").await();
        long at = Instant.parse("2026-03-01T09:00:00Z").toEpochMilli();
        Batch.FirstExposure first = new Batch.FirstExposure(new Position(topic, 0, 1), 1, id, "u/1 ü", "control", at);
        exposures.store(Batch.ofFirstExposures(List.of(first))).await();
        JsonObject seen = explain("seen", "u%2F1%20%C3%BC");
        assertThat(seen.getString("user_id")).isEqualTo("u/1 ü");
        assertThat(seen.getJsonObject("first_exposure").encode())
                .isEqualTo("{\"variant\":\"control\",\"at\":\"2026-03-01T09:00:00Z\"}");
        JsonObject unseen = explain("seen", "u2");
        assertThat(unseen.getValue("first_exposure")).isNull();
        assertThat(unseen.containsKey("first_exposure_note")).isFalse();
    }

    @Test
    void withTheCountsAwayTheExplanationStillComes() {
        try (AdminServer alone = new AdminServer()) {
            alone.launched("alone", "");
            Answer answer = alone.get("/experiments/alone/users/u1");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().containsKey("first_exposure")).isTrue();
            assertThat(answer.json().getString("first_exposure_note")).contains("can't be reached");
        }
    }

    @Test
    void whatCannotBeAskedIsRefused() {
        server.draft("asked", "");
        assertThat(server.get("/experiments/none/users/u1").status()).isEqualTo(404);
        assertThat(server.get("/experiments/asked/users/%01").status()).isEqualTo(400);
        assertThat(server.get("/experiments/asked/users/" + "x".repeat(257)).status())
                .isEqualTo(400);
        assertThat(server.get("/experiments/asked/users/u1?user_id=u2").status())
                .isEqualTo(400);
        assertThat(server.get("/experiments/asked/users/u1?a=%FF").status()).isEqualTo(400);
        assertThat(server.send("GET", "/experiments/asked/users/u1", null, "X-API-Key", "read")
                        .join()
                        .status())
                .isEqualTo(200);
        assertThat(server.send("GET", "/experiments/asked/users/u1", null, "X-API-Key", "server")
                        .join()
                        .status())
                .isEqualTo(403);
    }
}
