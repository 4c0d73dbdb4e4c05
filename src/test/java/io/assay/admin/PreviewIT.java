package io.assay.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.assay.admin.AdminServer.Answer;
import io.assay.catalog.Versions;
import io.assay.protocol.SnapshotCodec;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PreviewIT {
    /* Three standard errors of a share near a half, of 100,000 users. */
    private static final double BAND = 0.005;
    private static final AdminServer server = new AdminServer();

    @AfterAll
    static void close() {
        server.close();
    }

    private static JsonObject preview(String key, String patch) {
        return preview(key, patch, "");
    }

    private static JsonObject preview(String key, String patch, String query) {
        Answer answer = server.post("/experiments/" + key + "/preview" + query, patch);
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        assertThat(answer.json().getInteger("sample")).isEqualTo(100_000);
        return answer.json();
    }

    private static void assertShares(JsonObject preview, double enter, double leave, double change) {
        assertThat(preview.getDouble("enter")).as(preview.encode()).isCloseTo(enter, within(BAND));
        assertThat(preview.getDouble("leave")).as(preview.encode()).isCloseTo(leave, within(BAND));
        assertThat(preview.getDouble("change")).as(preview.encode()).isCloseTo(change, within(BAND));
    }

    private static String allocations(int control) {
        return "{\"variants\": [{\"key\": \"control\", \"allocation\": %d}, {\"key\": \"treatment\", \"allocation\": %d}]}"
                .formatted(control, 100 - control);
    }

    @Test
    void countsWhoEntersLeavesAndChanges() {
        server.draft("life", "\"rollout\": 20");
        assertShares(preview("life", "{\"name\": \"x\"}"), 0, 0, 0);
        assertShares(preview("life", "{\"status\": \"active\"}"), 0.2, 0, 0);
        assertShares(preview("life", "{\"status\": \"active\", \"rollout\": 70}"), 0.7, 0, 0);
        server.status("life", "active");
        assertShares(preview("life", "{\"rollout\": 50}"), 0.3, 0, 0);
        assertShares(preview("life", "{\"status\": \"paused\"}"), 0, 0.2, 0);
        assertShares(preview("life", allocations(50).replace("50}]", "50, \"dropped\": true}]")), 0, 0.1, 0);
        JsonObject refused = preview("life", allocations(25));
        assertShares(refused, 0, 0, 0.05);
        assertThat(refused.getBoolean("allowed")).isFalse();
        assertThat(refused.getString("code")).isEqualTo("would_reassign");
        server.status("life", "paused");
        assertShares(preview("life", "{\"status\": \"active\"}"), 0.2, 0, 0);
    }

    @Test
    void aKeyThatCantBeTakenIsOneMoreReasonToRefuse() {
        server.launched("taken", "");
        server.launched("taker", "");
        JsonObject refused = preview("taker", "{\"key\": \"taken\", \"targeting\": {\"platforms\": [\"x\"]}}");
        assertThat(refused.getBoolean("allowed")).isFalse();
        assertThat(refused.getJsonArray("errors").encode()).contains("/key", "/targeting");
    }

    @Test
    void changesNothing() {
        server.draft("still", "\"layer\": \"stills\", \"rollout\": 20");
        String shown = server.get("/experiments/still").raw().body();
        Versions versions = server.versions();
        String rows = "select (select count(*) from audit) || ' ' || (select count(*) from layer) || ' ' || "
                + "(select count(*) from slot_range) || ' ' || (select count(*) from salt)";
        List<String> before = server.column(rows);
        preview("still", "{\"status\": \"active\"}");
        preview("still", "{\"layer\": \"elsewhere\", \"key\": \"moving\"}");
        assertThat(server.get("/experiments/still").raw().body()).isEqualTo(shown);
        assertThat(server.versions()).isEqualTo(versions);
        assertThat(server.column(rows)).isEqualTo(before);
    }

    @Test
    void theSnapshotAfterItIsAsLargeAsItSays() {
        server.draft("sized", "\"description\": \"d\", \"overrides\": {\"u\": \"treatment\"}");
        JsonObject said = preview("sized", "{\"status\": \"active\"}").getJsonObject("snapshot");
        server.status("sized", "active");
        var snapshot = server.catalog.load().await().snapshot();
        assertThat(said.getInteger("experiments"))
                .isEqualTo(snapshot.experiments().size());
        int digits = String.valueOf(snapshot.version()).length() - 1;
        assertThat(said.getInteger("bytes")).isEqualTo(SnapshotCodec.encode(snapshot, true).length - digits);
        assertThat(said.getInteger("gzip_bytes")).isLessThan(said.getInteger("bytes"));
    }

    @Test
    void withAttributesTheTargetingIsEvaluated() {
        server.launched("meant", "\"targeting\": {\"platforms\": [\"web\"]}");
        assertShares(preview("meant", "{\"status\": \"paused\"}"), 0, 1, 0);
        assertShares(preview("meant", "{\"status\": \"paused\"}", "?platform=web"), 0, 1, 0);
        assertShares(preview("meant", "{\"status\": \"paused\"}", "?platform=ios"), 0, 0, 0);
        assertShares(preview("meant", "{\"targeting\": null}", "?platform=ios"), 1, 0, 0);
        assertShares(preview("meant", "{\"targeting\": {\"platforms\": [\"ios\"]}}"), 1, 1, 0);
    }

    @Test
    void whoIsHeldOutIsNotMoved() {
        server.sql("insert into salt (salt) values ('0badcafe')");
        server.draft("held", "");
        server.sql("update holdout set slots = 3000, salt = '0badcafe'");
        assertShares(preview("held", "{\"status\": \"active\"}"), 0.7, 0, 0);
        server.sql("update holdout set slots = 0");
    }

    @Test
    void whatThePatchWouldBeRefusedForIsRefused() {
        server.draft("odd", "");
        assertThat(server.post("/experiments/odd/preview", "{\"status\": \"concluded\"}")
                        .code())
                .isEqualTo("not_allowed");
        assertThat(server.post("/experiments/odd/preview", "{\"surprise\": 1}").status())
                .isEqualTo(400);
        assertThat(server.post("/experiments/none/preview", "{}").status()).isEqualTo(404);
        assertThat(server.send("POST", "/experiments/odd/preview", "{}", "If-Match", "\"7\"")
                        .join()
                        .status())
                .isEqualTo(412);
        assertThat(server.send("POST", "/experiments/odd/preview", "{}", "X-API-Key", "read")
                        .join()
                        .status())
                .isEqualTo(403);
    }

    @Test
    void theSameQuestionHasTheSameAnswerAndManyAtOnceAreAnswered() {
        server.launched("steady", "\"rollout\": 33.33");
        JsonObject first = preview("steady", "{\"rollout\": 50}");
        var answers = java.util.stream.IntStream.range(0, 12)
                .mapToObj(i -> server.send("POST", "/experiments/steady/preview", "{\"rollout\": 50}"))
                .toList();
        for (var answer : answers) {
            assertThat(answer.join().json().getDouble("enter")).isEqualTo(first.getDouble("enter"));
        }
    }
}
