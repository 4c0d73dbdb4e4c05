package io.assay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.admin.AdminServer.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ExperimentsIT {
    private static final AdminServer server = new AdminServer();

    @AfterAll
    static void close() {
        server.close();
    }

    @Test
    void theRequestsOfTheDesignWorkAsTheyStand() {
        Answer made = server.post(
                "/experiments",
                """
                {"key": "signup_button_color",
                 "variants": [{"key": "control", "allocation": 50}, {"key": "treatment_a", "allocation": 50}],
                 "targeting": {"platforms": ["web"], "user_segments": ["new_users"]},
                 "metrics": ["signup_conversion", "revenue_30d"]}""");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().getString("status")).isEqualTo("draft");
        String id = made.json().getString("experiment_id");
        assertThat(id).matches("[0-9a-z]{12}");
        assertThat(made.header("Location")).isEqualTo("/experiments/" + id);
        assertThat(made.header("ETag")).isEqualTo("\"1\"");
        Answer active = server.patch("/experiments/" + id, "{\"status\":\"active\"}");
        assertThat(active.status()).isEqualTo(200);
        assertThat(active.json().getString("status")).isEqualTo("active");
        assertThat(active.header("ETag")).isEqualTo("\"2\"");
        assertThat(active.json().getJsonArray("measured_metrics"))
                .isEqualTo(new JsonArray()
                        .add(new JsonObject()
                                .put("key", "signup_conversion")
                                .put("event", "signup_conversion")
                                .put("kind", "conversion"))
                        .add(new JsonObject()
                                .put("key", "revenue_30d")
                                .put("event", "purchase")
                                .put("kind", "sum")
                                .put("window", "30d")));
        assertThat(server.get("/experiments/signup_button_color").json()).isEqualTo(active.json());
        assertThat(server.get("/experiments/" + id).json()).isEqualTo(active.json());
    }

    @Test
    void listsNewestFirstPageByPageAndFiltered() {
        for (int i = 0; i < 5; i++) {
            server.draft("page_" + i, "\"layer\": \"pages\", \"name\": \"Page 100%_" + i + "\"");
        }
        server.status("page_3", "active");
        List<String> keys = new ArrayList<>();
        String cursor = "";
        for (int pages = 1; cursor != null; pages++) {
            Answer page = server.get("/experiments?layer=pages&limit=2&cursor=" + cursor);
            assertThat(page.status()).isEqualTo(200);
            page.json().getJsonArray("items").forEach(e -> keys.add(((JsonObject) e).getString("key")));
            cursor = page.json().getString("next_cursor");
            assertThat(pages).isLessThanOrEqualTo(3);
        }
        assertThat(keys).containsExactly("page_4", "page_3", "page_2", "page_1", "page_0");
        assertThat(keysOf("/experiments?layer=pages&status=active")).containsExactly("page_3");
        assertThat(keysOf("/experiments?q=PAGE%20100%25_2")).containsExactly("page_2");
        assertThat(keysOf("/experiments?q=page%25")).isEmpty();
    }

    private static List<String> keysOf(String path) {
        List<String> keys = new ArrayList<>();
        server.get(path).json().getJsonArray("items").forEach(e -> keys.add(((JsonObject) e).getString("key")));
        return keys;
    }

    @Test
    void whatAListCannotBeAskedForIs400() {
        for (String query :
                List.of("limit=0", "limit=201", "limit=x", "cursor=zzz", "status=off", "q=%00", "sort=key")) {
            assertThat(server.get("/experiments?" + query).status()).as(query).isEqualTo(400);
        }
    }

    @Test
    void aKeyIsTakenForEverAndADraftFreesItAgain() {
        server.draft("taken", "");
        assertThat(server.draft("taken", "").code()).isEqualTo("key_taken");
        assertThat(server.delete("/experiments/taken").status()).isEqualTo(204);
        assertThat(server.get("/experiments/taken").status()).isEqualTo(404);
        server.launched("taken", "");
        assertThat(server.draft("taken", "").status()).isEqualTo(409);
        assertThat(server.delete("/experiments/taken").status()).isEqualTo(409);
        server.draft("other", "");
        assertThat(server.patch("/experiments/other", "{\"key\": \"taken\"}").code())
                .isEqualTo("key_taken");
        assertThat(server.patch("/experiments/other", "{\"key\": \"another\"}").status())
                .isEqualTo(200);
        assertThat(server.get("/experiments/another").status()).isEqualTo(200);
    }

    @Test
    void aDraftMayChangeInEveryRespect() {
        server.draft("soft", "\"layer\": \"first\", \"overrides\": {\"a\": \"control\", \"b\": \"treatment\"}");
        Answer changed = server.patch(
                "/experiments/soft",
                """
                {"name": "Soft", "layer": null, "rollout": 12.5, "overrides": {"a": null, "c": "x"},
                 "targeting": {"rules": [{"attribute": "age", "op": "gte", "values": [18.50]}]},
                 "variants": [{"key": "control", "allocation": 33.34}, {"key": "treatment", "allocation": 33.33},
                              {"key": "x", "allocation": 33.33, "config": {"deep": [1.10, null, "\\u0000"]}}],
                 "start": "2026-01-01T02:00:00+02:00", "end": "2099-01-01T00:00:00Z"}""");
        JsonObject soft = changed.json();
        assertThat(changed.status()).as(changed.raw().body()).isEqualTo(200);
        assertThat(soft.getString("layer")).isEqualTo("soft");
        assertThat(soft.getValue("rollout")).isEqualTo(12.5);
        assertThat(soft.getJsonObject("overrides").encode()).isEqualTo("{\"b\":\"treatment\",\"c\":\"x\"}");
        assertThat(soft.getString("start")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(changed.raw().body()).contains("{\"deep\":[1.1,null,\"\\u0000\"]}", "[18.5]");
        assertThat(server.get("/experiments/soft").raw().body())
                .isEqualTo(changed.raw().body());
    }

    @Test
    void acopyIsADraftLikeItWithNewNames() {
        JsonObject source = server.launched("source", "\"layer\": \"copied\", \"rollout\": 10, \"metrics\": [\"m\"]")
                .json();
        Answer copy = server.post("/experiments/source/copy", "{\"key\": \"copy\"}");
        assertThat(copy.status()).isEqualTo(201);
        assertThat(copy.json().getString("status")).isEqualTo("draft");
        assertThat(copy.json().getString("experiment_id")).isNotEqualTo(source.getString("experiment_id"));
        assertThat(copy.json().getJsonArray("variants")).isEqualTo(source.getJsonArray("variants"));
        assertThat(copy.json().getString("layer")).isEqualTo("copied");
        assertThat(copy.json().containsKey("start")).isFalse();
        assertThat(server.column("select count(distinct salt) from experiment where key in ('source', 'copy')"))
                .containsExactly("2");
        assertThat(server.post("/experiments/source/copy", "{\"key\": \"copy\"}")
                        .status())
                .isEqualTo(409);
    }

    @Test
    void historyTellsWhoDidWhatAndWhatItWasBeforeAndAfter() {
        server.launched("past", "");
        server.patch("/experiments/past", "{\"name\": \"Past\"}");
        server.patch("/experiments/past", "{\"name\": \"Past\"}");
        JsonArray items = server.get("/experiments/past/history").json().getJsonArray("items");
        List<String> actions = new ArrayList<>();
        items.forEach(item -> actions.add(((JsonObject) item).getString("action")));
        assertThat(actions).containsExactly("update", "launch", "create");
        JsonObject update = items.getJsonObject(0);
        assertThat(update.getString("who")).isEqualTo("admin");
        assertThat(update.getJsonObject("before").getString("name")).isEmpty();
        assertThat(update.getJsonObject("after").getString("name")).isEqualTo("Past");
        assertThat(server.get("/experiments/nothing/history").status()).isEqualTo(404);
        String next = server.get("/experiments/past/history?limit=2").json().getString("next_cursor");
        assertThat(server.get("/experiments/past/history?limit=2&cursor=" + next)
                        .json()
                        .getJsonArray("items"))
                .hasSize(1);
    }

    private static JsonObject page(String path, String cursor) {
        Answer answer = server.get(path + (cursor == null ? "" : "&cursor=" + cursor));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.json();
    }

    @Test
    void pagesShowEverythingOnceWhileOthersMakeMore() {
        for (int i = 0; i < 20; i++) {
            server.draft("kept_" + i, "\"owner\": \"pager\"");
        }
        List<CompletableFuture<Answer>> making = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            for (int i = 0; i < 4; i++) {
                making.add(server.send(
                        "POST", "/experiments", AdminServer.draftBody("new_" + making.size(), "\"owner\": \"pager\"")));
            }
            JsonObject page = page("/experiments?q=pager&limit=3", cursor);
            page.getJsonArray("items").forEach(item -> seen.add(((JsonObject) item).getString("key")));
            cursor = page.getString("next_cursor");
        } while (cursor != null);
        making.forEach(each -> assertThat(each.join().status()).isEqualTo(201));
        assertThat(seen).doesNotHaveDuplicates();
        assertThat(seen).filteredOn(key -> key.startsWith("kept_")).hasSize(20);
    }

    @Test
    void pagesOfLargeExperimentsEndEarlyAndLoseNothing() {
        StringBuilder variants = new StringBuilder("{\"key\": \"control\", \"allocation\": 5, \"config\": {}}");
        for (int v = 1; v < 20; v++) {
            variants.append(", {\"key\": \"v").append(v).append("\", \"allocation\": 5, \"config\": {\"a\": \"");
            variants.append("x".repeat(8000)).append("\"}}");
        }
        for (int i = 0; i < 12; i++) {
            String body = "{\"key\": \"large_" + i + "\", \"variants\": [" + variants + "]}";
            assertThat(server.post("/experiments", body).status()).isEqualTo(201);
        }
        assertWhole("/experiments?q=large_&limit=200", 12, "key");
        for (int i = 0; i < 5; i++) {
            server.patch("/experiments/large_0", "{\"name\": \"n" + i + "\"}");
        }
        assertWhole("/experiments/large_0/history?limit=200", 6, "id");
    }

    private static void assertWhole(String path, int count, String name) {
        List<Object> seen = new ArrayList<>();
        String cursor = null;
        int pages = 0;
        do {
            JsonObject page = page(path, cursor);
            assertThat(page.encode().length()).isLessThan(1_400_000);
            page.getJsonArray("items").forEach(item -> seen.add(((JsonObject) item).getValue(name)));
            cursor = page.getString("next_cursor");
            pages++;
        } while (cursor != null);
        assertThat(seen).hasSize(count).doesNotHaveDuplicates();
        assertThat(pages).isBetween(2, count);
    }

    @Test
    void ofTwoWhoRenameToTheSameKeyOneIsRefused() {
        for (int i = 0; i < 8; i++) {
            server.draft("racer" + i, "");
        }
        List<CompletableFuture<Answer>> renames = IntStream.range(0, 8)
                .mapToObj(i -> server.send("PATCH", "/experiments/racer" + i, "{\"key\": \"winner\"}"))
                .toList();
        List<Integer> statuses = new ArrayList<>();
        renames.forEach(rename -> statuses.add(rename.join().status()));
        assertThat(statuses).filteredOn(s -> s == 200).hasSize(1);
        assertThat(statuses).filteredOn(s -> s == 409).hasSize(7);
    }

    @Test
    void aDraftCanJoinALayerThatIsNamedLikeIt() {
        server.draft("namesake", "");
        assertThat(server.patch("/experiments/namesake", "{\"layer\": \"namesake\"}")
                        .status())
                .isEqualTo(200);
        assertThat(server.get("/layers/namesake").status()).isEqualTo(404);
        server.draft("sharer", "\"layer\": \"namesake\"");
        assertThat(server.patch("/experiments/namesake", "{\"layer\": \"namesake\"}")
                        .status())
                .isEqualTo(200);
        assertThat(server.get("/layers/namesake").json().getJsonArray("experiments"))
                .hasSize(2);
    }

    @Test
    void allThatIsWrongWithAPatchIsSaidAtOnce() {
        server.draft("wrongs", "");
        Answer refused = server.patch("/experiments/wrongs", "{\"nme\": 1, \"rollout\": -1, \"status\": \"on\"}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().getJsonArray("errors").encode()).contains("/nme", "/rollout", "/status");
        assertThat(server.get("/experiments/wrongs").json().getString("status")).isEqualTo("draft");
    }
}
