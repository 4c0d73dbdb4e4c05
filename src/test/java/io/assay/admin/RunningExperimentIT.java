package io.assay.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.assay.admin.AdminServer.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunningExperimentIT {
    private static final AdminServer server = new AdminServer();

    @BeforeAll
    static void launch() {
        server.launched(
                "run",
                "\"layer\": \"runs\", \"rollout\": 40, \"metrics\": [\"m\"], \"targeting\": {\"platforms\": [\"web\"]}");
    }

    @AfterAll
    static void close() {
        server.close();
    }

    private static String variants(String control, String treatment, String more) {
        return "{\"variants\": [{\"key\": \"control\", \"allocation\": %s}, {\"key\": \"treatment\", \"allocation\": %s%s}]}"
                .formatted(control, treatment, more);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"targeting\": null}|40",
                "{\"targeting\": {\"platforms\": [\"ios\"]}}|40",
                "{\"layer\": \"other\"}|48",
                "{\"layer\": null}|48",
                "{\"rollout\": 30}|10",
                "{\"variants\": [{\"key\": \"control\", \"allocation\": 40}, {\"key\": \"treatment\", \"allocation\": 60}]}|4",
                "{\"variants\": [{\"key\": \"treatment\", \"allocation\": 50}, {\"key\": \"control\", \"allocation\": 50}]}|40",
                "{\"variants\": [{\"key\": \"control\", \"allocation\": 50}, {\"key\": \"x\", \"allocation\": 50}]}|20",
                "{\"rollout\": 30, \"variants\": [{\"key\": \"control\", \"allocation\": 40}, {\"key\": \"treatment\", \"allocation\": 60}]}|13"
            })
    void whatWouldMoveAnybodyIsRefusedWithTheShareItWouldMove(String patch, int percent) {
        JsonObject before = server.get("/experiments/run").json();
        Answer refused = server.patch("/experiments/run", patch);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("would_reassign");
        assertThat(refused.json().getDouble("share_percent")).isCloseTo(percent, within(0.6));
        assertThat(refused.json().getDouble("share")).isCloseTo(percent / 100.0, within(0.006));
        assertThat(refused.json().getString("detail")).contains("copy");
        assertThat(server.get("/experiments/run").json()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"key\": \"walk\"}|/key frozen",
                "{\"start\": \"2026-01-01T00:00:00Z\"}|/start frozen",
                "{\"metrics\": [\"n\"]}|/metrics frozen",
                "{\"end\": \"2020-01-01T00:00:00Z\"}|/end invalid_value",
                "{\"variants\": [{\"key\": \"control\", \"allocation\": 50}, {\"key\": \"treatment\", \"allocation\": 50, \"config\": {\"a\": 1}}]}|/variants/1/config frozen"
            })
    void whatIsFrozenIsRefused(String patch, String error) {
        Answer refused = server.patch("/experiments/run", patch);
        assertThat(refused.errors()).containsExactly(error);
        assertThat(refused.status()).isEqualTo(error.endsWith("frozen") ? 409 : 422);
    }

    @Test
    void theEndMovesOnlyWithNoticeOfAMinute() {
        server.launched("ending", "");
        String soon = server.column(
                        "select to_char(now() at time zone 'UTC' + interval '50 seconds', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
                .get(0);
        assertThat(server.patch("/experiments/ending", "{\"end\": \"" + soon + "\"}")
                        .code())
                .isEqualTo("too_late");
        assertThat(server.patch("/experiments/ending", "{\"end\": \"2099-01-01T00:00:00Z\"}")
                        .status())
                .isEqualTo(200);
        assertThat(server.patch("/experiments/ending", "{\"end\": null}").json().containsKey("end"))
                .isFalse();
        server.sql("update experiment set end_at = now() + interval '50 seconds' where key = 'ending'");
        assertThat(server.patch("/experiments/ending", "{\"end\": \"2099-01-01T00:00:00Z\"}")
                        .code())
                .isEqualTo("too_late");
    }

    @Test
    void inTheLastMinuteOtherThingsMayStillChange() {
        server.launched("closing", "");
        server.sql(
                "update experiment set end_at = date_trunc('seconds', now()) + interval '50 seconds' where key = 'closing'");
        assertThat(server.patch("/experiments/closing", "{\"name\": \"Closing\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anArmIsDroppedAndDoesNotComeBack() {
        server.launched("arms", "");
        Answer dropped = server.patch("/experiments/arms", variants("50", "50", ", \"dropped\": true"));
        assertThat(dropped.status()).isEqualTo(200);
        assertThat(server.catalog.load().await().snapshot().experiments())
                .filteredOn(e -> e.key().equals("arms"))
                .allSatisfy(e -> assertThat(e.variants().get(1).dropped()).isTrue());
        assertThat(server.patch("/experiments/arms", variants("50", "50", "")).errors())
                .containsExactly("/variants/1/dropped frozen");
        server.draft("young", "");
        assertThat(server.patch("/experiments/young", variants("50", "50", ", \"dropped\": true"))
                        .errors())
                .containsExactly("/variants/1/dropped not_running");
    }

    @Test
    void aRampOnlyAddsSlotsAndAFullLayerSaysWhatIsFree() {
        server.launched("ramp", "\"layer\": \"shared\", \"rollout\": 5");
        server.launched("beside", "\"layer\": \"shared\", \"rollout\": 60");
        JsonArray five = server.get("/experiments/ramp").json().getJsonArray("slots");
        Answer full = server.patch("/experiments/ramp", "{\"rollout\": 50}");
        assertThat(full.status()).isEqualTo(409);
        assertThat(full.code()).isEqualTo("layer_full");
        assertThat(full.json().getValue("free_percent")).isEqualTo(35);
        assertThat(full.json().getJsonArray("free_slots").encode()).isEqualTo("[[6500,10000]]");
        JsonArray forty =
                server.patch("/experiments/ramp", "{\"rollout\": 40}").json().getJsonArray("slots");
        assertThat(forty.encode()).isEqualTo("[[0,500],[6500,10000]]");
        assertThat(five.encode()).isEqualTo("[[0,500]]");
        assertThat(server.launched("third", "\"layer\": \"shared\"").code()).isEqualTo("layer_full");
        server.status("beside", "concluded");
        assertThat(server.status("third", "active").json().getValue("rollout")).isEqualTo(60);
        JsonObject layer = server.get("/layers/shared").json();
        assertThat(layer.getValue("free_percent")).isEqualTo(0);
        assertThat(layer.getJsonArray("experiments")).hasSize(3);
    }

    @Test
    void aLayerShowsWhatWasNeverUsedAndWhatWasFreedInTheOrderItIsGivenOut() {
        for (int i = 0; i < 3; i++) {
            server.launched("tenant" + i, "\"layer\": \"house\", \"rollout\": 20");
        }
        server.status("tenant1", "concluded");
        server.status("tenant0", "concluded");
        JsonObject house = server.get("/layers/house").json();
        assertThat(house.getJsonArray("unused_slots").encode()).isEqualTo("[[6000,10000]]");
        assertThat(house.getJsonArray("free_slots").encode()).isEqualTo("[[0,4000],[6000,10000]]");
        assertThat(house.getJsonArray("freed").stream()
                        .map(each -> ((JsonObject) each).getJsonArray("slots").encode()))
                .containsExactly("[[2000,4000]]", "[[0,2000]]");
        assertThat(house.getJsonArray("experiments")
                        .getJsonObject(2)
                        .getJsonArray("slots")
                        .encode())
                .isEqualTo("[[4000,6000]]");
        server.launched("tenant3", "\"layer\": \"house\", \"rollout\": 50");
        assertThat(server.get("/experiments/tenant3")
                        .json()
                        .getJsonArray("slots")
                        .encode())
                .isEqualTo("[[2000,3000],[6000,10000]]");
        JsonObject listed = server.get("/layers").json().getJsonArray("items").stream()
                .map(JsonObject.class::cast)
                .filter(layer -> layer.getString("key").equals("house"))
                .findFirst()
                .orElseThrow();
        assertThat(listed).isEqualTo(server.get("/layers/house").json());
    }

    @Test
    void pausingKeepsTheSlots() {
        JsonObject active =
                server.launched("nap", "\"layer\": \"naps\", \"rollout\": 100").json();
        server.status("nap", "paused");
        assertThat(server.launched("cuckoo", "\"layer\": \"naps\"").code()).isEqualTo("layer_full");
        assertThat(server.status("nap", "active").json().getJsonArray("slots")).isEqualTo(active.getJsonArray("slots"));
    }

    @Test
    void aConcludedOneDoesNotChange() {
        server.launched("done", "\"name\": \"Done\"");
        server.status("done", "concluded");
        assertThat(server.patch("/experiments/done", "{\"name\": \"Again\"}").code())
                .isEqualTo("concluded");
        assertThat(server.patch("/experiments/done", "{\"name\": \"Done\"}").status())
                .isEqualTo(200);
        assertThat(server.post("/experiments", AdminServer.draftBody("done", ""))
                        .status())
                .isEqualTo(409);
    }

    @Test
    void whatIsSentBackAsItIsShownChangesNothing() {
        JsonObject shown = server.launched(
                        "echo",
                        "\"rollout\": 12.5, \"overrides\": {\"u\": \"control\"}, \"targeting\": {\"rules\": [{\"attribute\": \"a\", \"op\": \"gte\", \"values\": [1.50]}]}")
                .json();
        JsonObject patch = new JsonObject();
        for (String name : List.of(
                "key",
                "name",
                "description",
                "owner",
                "variants",
                "targeting",
                "layer",
                "rollout",
                "overrides",
                "metrics",
                "start",
                "status")) {
            patch.put(name, shown.getValue(name));
        }
        Answer same = server.patch("/experiments/echo", patch.encode());
        assertThat(same.json()).isEqualTo(shown);
    }

    @Test
    void ofConcurrentEditsOfOneRevisionOneWins() {
        server.draft("raced", "");
        List<CompletableFuture<Answer>> edits = IntStream.range(0, 8)
                .mapToObj(i ->
                        server.send("PATCH", "/experiments/raced", "{\"name\": \"n" + i + "\"}", "If-Match", "\"1\""))
                .toList();
        List<Integer> statuses = new ArrayList<>();
        edits.forEach(edit -> statuses.add(edit.join().status()));
        assertThat(statuses).filteredOn(s -> s == 200).hasSize(1);
        assertThat(statuses).filteredOn(s -> s == 412).hasSize(7);
        assertThat(server.get("/experiments/raced").header("ETag")).isEqualTo("\"2\"");
        assertThat(server.patch("/experiments/raced", "{\"name\": \"x\"}", "If-Match", "\"1\", \"2\"")
                        .status())
                .isEqualTo(200);
        assertThat(server.patch("/experiments/raced", "{\"name\": \"y\"}", "If-Match", "*")
                        .status())
                .isEqualTo(200);
        assertThat(server.patch("/experiments/raced", "{\"name\": \"z\"}", "If-Match", "W/\"4\"")
                        .status())
                .isEqualTo(412);
        assertThat(server.delete("/experiments/raced", "If-Match", "\"1\"").status())
                .isEqualTo(412);
    }

    @Test
    void concurrentEditsWithoutIfMatchAllHappenOneAfterTheOther() {
        server.draft("merged", "");
        List<CompletableFuture<Answer>> edits = IntStream.range(0, 8)
                .mapToObj(i ->
                        server.send("PATCH", "/experiments/merged", "{\"overrides\": {\"u" + i + "\": \"control\"}}"))
                .toList();
        edits.forEach(edit -> assertThat(edit.join().status()).isEqualTo(200));
        JsonObject merged = server.get("/experiments/merged").json();
        assertThat(merged.getJsonObject("overrides")).hasSize(8);
        assertThat(merged.getLong("revision")).isEqualTo(9);
    }

    @Test
    void launchesThatCompeteForTheLastSlotsNeverShareAny() {
        for (int i = 0; i < 8; i++) {
            server.draft("rival" + i, "\"layer\": \"rivals\", \"rollout\": 30");
        }
        List<CompletableFuture<Answer>> launches = IntStream.range(0, 8)
                .mapToObj(i -> server.send("PATCH", "/experiments/rival" + i, "{\"status\": \"active\"}"))
                .toList();
        List<String> outcomes = new ArrayList<>();
        launches.forEach(launch -> outcomes.add(
                launch.join().status() == 200 ? "active" : launch.join().code()));
        assertThat(outcomes).filteredOn("active"::equals).hasSize(3);
        assertThat(outcomes).filteredOn("layer_full"::equals).hasSize(5);
        assertThat(server.get("/layers/rivals").json().getValue("free_percent")).isEqualTo(10);
        server.catalog.load().await(); // refuses slots that are shared
    }

    @Test
    void rampsInOneLayerDontHoldUpEachOther() {
        for (int i = 0; i < 8; i++) {
            server.launched("ramp" + i, "\"layer\": \"ramps\", \"rollout\": 1");
        }
        for (int rollout = 2; rollout <= 10; rollout++) {
            String more = "{\"rollout\": " + rollout + "}";
            List<CompletableFuture<Answer>> ramps = IntStream.range(0, 8)
                    .mapToObj(i -> server.send("PATCH", "/experiments/ramp" + i, more))
                    .toList();
            ramps.forEach(ramp -> assertThat(ramp.join().status())
                    .as(ramp.join().raw().body())
                    .isEqualTo(200));
        }
        assertThat(server.get("/layers/ramps").json().getValue("free_percent")).isEqualTo(20);
    }

    @Test
    void concurrentDraftsOfOneNewLayerShareIt() {
        List<CompletableFuture<Answer>> drafts = IntStream.range(0, 6)
                .mapToObj(i ->
                        server.send("POST", "/experiments", AdminServer.draftBody("mate" + i, "\"layer\": \"mates\"")))
                .toList();
        drafts.forEach(draft -> assertThat(draft.join().status()).isEqualTo(201));
        assertThat(server.get("/layers/mates").json().getJsonArray("experiments"))
                .hasSize(6);
    }
}
