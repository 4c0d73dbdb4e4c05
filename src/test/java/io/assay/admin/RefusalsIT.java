package io.assay.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.assay.admin.AdminServer.Answer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalsIT {
    private static final AdminServer server = new AdminServer();

    @AfterAll
    static void close() {
        server.close();
    }

    private static void assertProblem(Answer answer, int status) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().getInteger("status")).isEqualTo(status);
        assertThat(answer.raw().body()).doesNotContain("Exception", "at io.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}{}",
                "[]",
                "7",
                "null",
                "{\"key\":\"a\",\"key\":\"b\"}",
                "{\"key\":NaN}",
                "{\"key\":\"\\ud800\"}",
                "{'key':1}"
            })
    void whatIsNoJsonObjectIs400(String body) {
        assertProblem(server.post("/experiments", body), 400);
        assertProblem(server.patch("/experiments/any", body), 400);
        assertProblem(server.post("/layers", body), 400);
        assertProblem(server.post("/keys", body), 400);
    }

    @Test
    void tooDeepTooWideAndTooLargeIsRefused() {
        assertProblem(server.post("/experiments", "{\"a\":".repeat(33) + "1" + "}".repeat(33)), 400);
        StringBuilder wide = new StringBuilder("{\"a\":1");
        for (int i = 0; i < 200; i++) {
            wide.append(",\"a").append(i).append("\":1");
        }
        assertProblem(server.post("/experiments", wide + "}"), 400);
        assertProblem(server.post("/experiments", "\"" + "x".repeat(1024 * 1024) + "\""), 413);
    }

    @Test
    void unknownMembersAreRefusedByName() {
        for (String path : List.of("/experiments", "/layers", "/metrics-definitions", "/keys")) {
            Answer refused = server.post(path, "{\"surprise\": 1}");
            assertProblem(refused, 400);
            assertThat(refused.errors()).contains("/surprise unknown_member");
        }
        server.draft("known", "");
        assertThat(server.patch("/experiments/known", "{\"surprise\": null}").errors())
                .containsExactly("/surprise unknown_member");
        assertThat(server.patch("/holdout", "{\"percent\": 1, \"salt\": \"0\"}").errors())
                .containsExactly("/salt unknown_member");
    }

    @Test
    void whatIsWellFormedAndWrongIs422WithAllErrors() {
        Answer refused = server.post(
                "/experiments",
                "{\"key\": \"-\", \"variants\": [{\"key\": \"control\", \"allocation\": 49.9}, {\"key\": \"b\", \"allocation\": 50}]}");
        assertProblem(refused, 422);
        assertThat(refused.errors()).containsExactlyInAnyOrder("/key invalid_value", "/variants allocation_sum");
        server.draft("whole", "");
        assertThat(server.patch("/experiments/whole", "{\"status\": \"started\"}")
                        .errors())
                .containsExactly("/status invalid_value");
        assertThat(server.patch("/experiments/whole", "{\"variants\": null}").errors())
                .containsExactly("/variants required");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/experiments/none,404",
        "PATCH,/experiments/none,404",
        "DELETE,/experiments/none,404",
        "GET,/layers/none,404",
        "GET,/metrics-definitions/none,404",
        "PATCH,/metrics-definitions/none,404",
        "GET,/keys/none,404",
        "DELETE,/keys/none,404",
        "POST,/experiments/none/copy,404",
        "GET,/nowhere,404",
        "GET,/experiments/%00,404",
        "PUT,/experiments,405",
        "DELETE,/layers,405",
        "POST,/experiments/none,405",
        "GET,/experiments/none/kill,405",
        "POST,/holdout,405"
    })
    void whatIsNotThereIs404AndWhatIsNotTakenIs405(String method, String path, int status) {
        String body = method.equals("PATCH") ? "{\"name\": \"n\"}" : method.equals("POST") ? "{\"key\": \"n\"}" : null;
        if (path.startsWith("/metrics") && body != null) {
            body = "{\"window\": \"1d\"}";
        }
        Answer refused = server.send(method, path, body).join();
        assertProblem(refused, status);
        assertThat(refused.header("Allow").isEmpty()).isEqualTo(status != 405);
    }

    @Test
    void anotherMediaTypeIs415() {
        assertProblem(
                server.send("POST", "/experiments", "{}", "Content-Type", "text/xml")
                        .join(),
                415);
        Answer patched =
                server.patch("/experiments/none", "{}", "Content-Type", "application/merge-patch+json; charset=utf-8");
        assertProblem(patched, 404);
    }

    @Test
    void onlyTheRightKeysOpen() {
        server.draft("guarded", "");
        for (String path :
                List.of("/experiments", "/experiments/guarded", "/layers", "/metrics-definitions", "/holdout")) {
            assertThat(server.send("GET", path, null, "X-API-Key", "read")
                            .join()
                            .status())
                    .as(path)
                    .isEqualTo(200);
        }
        for (String key : List.of("read", "server", "client")) {
            assertProblem(
                    server.send("POST", "/experiments", "{}", "X-API-Key", key).join(), 403);
            assertProblem(
                    server.send("DELETE", "/experiments/guarded", null, "X-API-Key", key)
                            .join(),
                    403);
            assertProblem(server.send("GET", "/keys", null, "X-API-Key", key).join(), 403);
            assertProblem(
                    server.send("GET", "/experiments/guarded/history", null, "X-API-Key", key)
                            .join(),
                    403);
        }
        assertProblem(
                server.send("GET", "/experiments", null, "X-API-Key", "server").join(), 403);
        assertProblem(
                server.send("GET", "/experiments", null, "X-API-Key", "wrong").join(), 401);
        assertThat(server.send("GET", "/openapi.yaml", null, "X-API-Key", "wrong")
                        .join()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aLargerHoldoutIsRefusedWhileSomethingRuns() {
        assertThat(server.patch("/holdout", "{\"percent\": 2}").status()).isEqualTo(200);
        server.launched("held", "");
        Answer refused = server.patch("/holdout", "{\"percent\": 2.5}");
        assertProblem(refused, 409);
        assertThat(refused.code()).isEqualTo("would_reassign");
        assertThat(refused.json().getDouble("share_percent")).isCloseTo(0.5, within(0.1));
        assertThat(refused.json().getDouble("leave")).isEqualTo(refused.json().getDouble("share"));
        assertThat(server.patch("/holdout", "{\"percent\": 1}").json().encode()).isEqualTo("{\"percent\":1}");
        assertThat(server.catalog.load().await().snapshot().holdout()).isNotNull();
        assertThat(server.patch("/holdout", "{\"percent\": 0}").status()).isEqualTo(200);
        assertThat(server.catalog.load().await().snapshot().holdout()).isNull();
        assertProblem(server.patch("/holdout", "{\"percent\": 100.5}"), 422);
        server.status("held", "concluded");
    }

    @Test
    void keysAreSaidOnceAndRevoked() {
        Answer made = server.post("/keys", "{\"name\": \"ci\", \"scope\": \"admin\"}");
        assertThat(made.status()).isEqualTo(201);
        String secret = made.json().getString("key");
        String id = made.json().getString("id");
        assertThat(secret).matches("assay_admin_[A-Za-z0-9_-]{43}");
        assertThat(server.get("/keys").raw().body()).contains(id).doesNotContain(secret);
        assertThat(server.column("select count(*) from audit where coalesce(before, '') || coalesce(after, '') like '%"
                        + secret + "%'"))
                .containsExactly("0");
        assertThat(server.catalog.load().await().keys())
                .anyMatch(key -> key.id().equals(id));
        assertThat(server.delete("/keys/" + id).code()).isEqualTo("last_admin_key");
        String second = server.post("/keys", "{\"name\": \"other\", \"scope\": \"admin\"}")
                .json()
                .getString("id");
        assertThat(server.delete("/keys/" + id).status()).isEqualTo(204);
        assertThat(server.delete("/keys/" + id).status()).isEqualTo(404);
        assertThat(server.catalog.load().await().keys())
                .noneMatch(key -> key.id().equals(id))
                .anyMatch(key -> key.id().equals(second));
        assertProblem(server.post("/keys", "{\"name\": \"x\", \"scope\": \"root\"}"), 422);
    }
}
