package io.assay.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.engine.Experiment;
import io.assay.engine.Layer;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Targeting;
import io.assay.engine.Variant;
import io.assay.platform.HttpService;
import io.assay.protocol.SnapshotCodec;
import io.assay.snapshot.Document;
import io.assay.snapshot.Documents;
import io.assay.snapshot.KeyRing;
import io.assay.snapshot.Kind;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OfrepTest {
    private static final String BULK = "/ofrep/v1/evaluate/flags";
    private static final String U123 = "{\"context\":{\"targetingKey\":\"u123\"}}";
    private static final String MEANT = "{\"context\":{\"targetingKey\":\"u123\",\"platform\":\"web\"}}";
    private static final KeyRing KEYS =
            KeyRing.of(Map.of("a5", Scope.ADMIN, "s3", Scope.SERVER, "c1", Scope.CLIENT, "r2", Scope.READ));

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private SnapshotFeed feed = SnapshotFeed.fixed(KEYS, snapshot(7));
    private @Nullable String deployment;

    @AfterEach
    void closes() throws Exception {
        await(vertx.close());
    }

    @Nested
    class One {
        @Test
        void isTheVariantAndItsConfig() throws Exception {
            assertThat(ask("/color", MEANT).body())
                    .isEqualTo("{\"key\":\"color\",\"value\":{\"button_color\":\"green\"},\"variant\":\"treatment_a\","
                            + "\"reason\":\"SPLIT\",\"metadata\":{\"inExperiment\":true}}");
        }

        @Test
        void isTheKeyOfTheVariantWhereNoneHasAConfig() throws Exception {
            assertThat(json("/all", U123).getValue("value")).isEqualTo("control");
        }

        @Test
        void keepsItsTypeWhenTheOnlyVariantWithAConfigIsDropped() throws Exception {
            JsonObject flag = json("/dropped", U123);
            assertThat(flag.getJsonObject("value")).isEqualTo(new JsonObject());
        }

        @Test
        void isControlByDefaultForWhoIsNotInIt() throws Exception {
            assertThat(ask("/color", U123).body())
                    .isEqualTo("{\"key\":\"color\",\"value\":{},\"variant\":\"control\","
                            + "\"reason\":\"DEFAULT\",\"metadata\":{\"inExperiment\":false}}");
        }

        @Test
        void saysThatAnOverrideMatched() throws Exception {
            JsonObject flag = json("/all", "{\"context\":{\"targetingKey\":\"qa\"}}");
            assertThat(flag.getString("variant")).isEqualTo("treatment_a");
            assertThat(flag.getString("reason")).isEqualTo("TARGETING_MATCH");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "\"web\"|true",
                    "[\"ios\",\"web\"]|true",
                    "[null,[\"web\"],{\"a\":\"web\"}]|false",
                    "{\"web\":\"web\"}|false",
                    "null|false",
                    "7|false"
                })
        void readsTypedAttributes(String platform, boolean in) throws Exception {
            JsonObject flag =
                    json("/color", "{\"context\":{\"targetingKey\":\"u123\",\"platform\":%s}}".formatted(platform));
            assertThat(flag.getJsonObject("metadata").getBoolean("inExperiment"))
                    .isEqualTo(in);
        }

        @Test
        void isNotFoundIfItDoesNotRunOrIsKilled() throws Exception {
            assertFailure(ask("/nothing", U123), 404, "nothing", "FLAG_NOT_FOUND");
            assertFailure(ask("/no%20%C3%A9", U123), 404, "no é", "FLAG_NOT_FOUND");
            assertFailure(ask("/a/b", U123), 404, "a/b", "FLAG_NOT_FOUND");
            assertFailure(ask("/", U123), 404, "", "FLAG_NOT_FOUND");
            await(feed.offer(Documents.emergency(1, "all")));
            assertFailure(ask("/all", U123), 404, "all", "FLAG_NOT_FOUND");
        }
    }

    @Nested
    class All {
        @Test
        void areTheFlagsOfWhatRunsAndIsNotKilled() throws Exception {
            assertThat(json("", MEANT).getJsonArray("flags").stream().map(f -> ((JsonObject) f).getString("key")))
                    .containsExactly("all", "color", "dropped");
            JsonObject before = json("", MEANT);
            assertThat(before.getJsonArray("flags").getJsonObject(1)).isEqualTo(json("/color", MEANT));
            assertThat(before.getJsonObject("metadata")).isEqualTo(new JsonObject().put("version", 7));
            await(feed.offer(Documents.emergency(1, "all", "color", "dropped")));
            assertThat(ask("", MEANT).body()).isEqualTo("{\"flags\":[],\"metadata\":{\"version\":7}}");
        }

        @Test
        void haveNoOverridesForClients() throws Exception {
            String qa = "{\"context\":{\"targetingKey\":\"qa\"}}";
            assertThat(ask("", qa).body()).contains("TARGETING_MATCH");
            assertThat(body(send("", qa, "Authorization", "Bearer c1")))
                    .contains("SPLIT")
                    .doesNotContain("TARGETING_MATCH");
            assertThat(ask("/all", qa).body()).contains("TARGETING_MATCH");
        }

        @Test
        void areNotSentAgainUntilSomethingChanges() throws Exception {
            String tag = tag(ask("", MEANT));
            HttpResponse<String> same = ifChanged(tag, MEANT);
            assertThat(same.statusCode()).isEqualTo(304);
            assertThat(same.body()).isEmpty();
            assertThat(tag(same)).isEqualTo(tag);
            assertThat(ifChanged("\"x\", W/" + tag, MEANT).statusCode()).isEqualTo(304);
            await(feed.offer(Documents.emergency(1, "all")));
            HttpResponse<String> killed = ifChanged(tag, MEANT);
            assertThat(killed.statusCode()).isEqualTo(200);
            await(feed.offer(config(8)));
            assertThat(ifChanged(tag(killed), MEANT).statusCode()).isEqualTo(200);
        }

        @Test
        void areSentAgainToAnotherContextOrScope() throws Exception {
            String tag = tag(ask("", "{\"context\":{\"targetingKey\":\"u\",\"a\":{\"x\":1,\"y\":[2.0]},\"b\":\"1\"}}"));
            assertThat(ifChanged(tag, "{\"context\":{\"b\":\"1\",\"a\":{\"y\":[2],\"x\":1.0},\"targetingKey\":\"u\"}}")
                            .statusCode())
                    .isEqualTo(304);
            for (String other : List.of(
                    "{\"context\":{\"targetingKey\":\"v\",\"a\":{\"x\":1,\"y\":[2]},\"b\":\"1\"}}",
                    "{\"context\":{\"targetingKey\":\"u\",\"a\":{\"x\":1,\"y\":[2]},\"b\":1}}",
                    "{\"context\":{\"targetingKey\":\"u\",\"a\":{\"x\":1,\"y\":[2]}}}")) {
                assertThat(ifChanged(tag, other).statusCode()).as(other).isEqualTo(200);
            }
            String ours = tag(ask("", U123));
            assertThat(send("", U123, "X-API-Key", "c1", "If-None-Match", ours).statusCode())
                    .isEqualTo(200);
        }

        @Test
        void mayBeReadByAnyPage() throws Exception {
            HttpResponse<String> asked = client.send(
                    HttpRequest.newBuilder(uri(BULK))
                            .method("OPTIONS", BodyPublishers.noBody())
                            .header("Origin", "https://shop.example")
                            .header("Access-Control-Request-Method", "POST")
                            .header("Access-Control-Request-Headers", "authorization,content-type,if-none-match")
                            .build(),
                    BodyHandlers.ofString());
            assertThat(asked.statusCode()).isLessThan(300);
            assertThat(asked.headers().firstValue("Access-Control-Allow-Origin"))
                    .contains("*");
            assertThat(asked.headers().firstValue("Access-Control-Allow-Headers"))
                    .hasValueSatisfying(names ->
                            assertThat(names).contains("authorization", "content-type", "if-none-match", "x-api-key"));
            for (String key : List.of("c1", "wrong")) {
                HttpResponse<String> answer =
                        send("", U123, "Origin", "https://shop.example", "Authorization", "Bearer " + key);
                assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                        .contains("*");
                assertThat(answer.headers().firstValue("Access-Control-Expose-Headers"))
                        .hasValueSatisfying(names -> assertThat(names).contains("ETag", "Retry-After"));
            }
        }
    }

    @Nested
    class Refusals {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "''|PARSE_ERROR",
                    "{|PARSE_ERROR",
                    "[]|PARSE_ERROR",
                    "{\"context\":{\"targetingKey\":\"a\",\"targetingKey\":\"b\"}}|PARSE_ERROR",
                    "{\"context\":{\"targetingKey\":\"\\ud800\"}}|PARSE_ERROR",
                    "{}|TARGETING_KEY_MISSING",
                    "{\"context\":null}|TARGETING_KEY_MISSING",
                    "{\"context\":{\"platform\":\"web\"}}|TARGETING_KEY_MISSING",
                    "{\"context\":{\"targetingKey\":\"\"}}|TARGETING_KEY_MISSING",
                    "{\"context\":{\"targetingKey\":null}}|TARGETING_KEY_MISSING",
                    "{\"context\":\"u123\"}|INVALID_CONTEXT",
                    "{\"context\":{\"targetingKey\":7}}|INVALID_CONTEXT",
                    "{\"context\":{\"targetingKey\":\"\\n\"}}|INVALID_CONTEXT",
                    "{\"context\":{\"targetingKey\":\"u\",\"a\":[1e999]}}|INVALID_CONTEXT"
                })
        void sayWhatIsWrongWithTheBody(String body, String code) throws Exception {
            assertFailure(ask("/all", body), 400, "all", code);
            assertFailure(ask("", body), 400, "", code);
        }

        @Test
        void boundTheBody() throws Exception {
            String deep = "{\"context\":{\"targetingKey\":\"u\",\"x\":" + "[".repeat(40) + "]".repeat(40) + "}}";
            assertFailure(ask("", deep), 400, "", "PARSE_ERROR");
            assertFailure(ask("", "\"" + "x".repeat(70_000) + "\""), 400, "", "PARSE_ERROR");
            String names = ",\"x%d\":1"
                    .repeat(200)
                    .formatted(IntStream.range(0, 200).boxed().toArray());
            assertFailure(ask("", "{\"context\":{\"targetingKey\":\"u\"" + names + "}}"), 400, "", "PARSE_ERROR");
            assertFailure(send("", U123, "X-API-Key", "s3", "Content-Encoding", "br"), 400, "", "PARSE_ERROR");
        }

        @ParameterizedTest
        @CsvSource({
            "'',wrong,401",
            "'',r2,403",
            "/all,wrong,401",
            "/all,r2,403",
            "/all,c1,403",
            "'',a5,200",
            "/all,a5,200"
        })
        void dependOnTheKey(String path, String key, int status) throws Exception {
            HttpResponse<String> answer = send(path, U123, "Authorization", "Bearer " + key);
            assertThat(answer.statusCode()).isEqualTo(status);
            if (status != 200) {
                assertFailure(answer, status, path.replace("/", ""), "GENERAL");
            }
        }

        @Test
        void letAClientKeyStandInTheQueryForAllFlagsOnly() throws Exception {
            assertThat(send("?key=c1", U123).statusCode()).isEqualTo(200);
            assertFailure(send("?key=s3", U123), 403, "", "GENERAL");
            assertFailure(send("/all?key=c1", U123), 401, "all", "GENERAL");
        }

        @Test
        void tellWhenToComeBackAfterTooManyWrongKeys() throws Exception {
            HttpResponse<String> answer = send("/all", U123, "X-API-Key", "no");
            for (int i = 0; i < 20; i++) {
                answer = send("/all", U123, "X-API-Key", "no");
            }
            assertFailure(answer, 429, "all", "GENERAL");
            assertThat(answer.headers().firstValue("Retry-After"))
                    .hasValueSatisfying(seconds -> assertThat(seconds).matches("[1-9][0-9]*"));
            assertThat(ask("/all", U123).statusCode()).isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(strings = {"GET", "PUT", "DELETE"})
        void areInTheirOwnFormForOtherMethodsToo(String method) throws Exception {
            for (String path : List.of(BULK, BULK + "/all")) {
                HttpResponse<String> answer = client.send(
                        HttpRequest.newBuilder(uri(path))
                                .method(method, BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
                assertFailure(answer, 400, path.equals(BULK) ? "" : "all", "GENERAL");
                assertThat(answer.headers().firstValue("Allow")).contains("POST");
            }
        }
    }

    @Nested
    class WithoutASnapshot {
        @Test
        void theCallersDefaultAppliesUntilThereIsOne() throws Exception {
            feed = SnapshotFeed.fixed(KEYS);
            assertFailure(ask("/all", U123), 404, "all", "FLAG_NOT_FOUND");
            HttpResponse<String> none = ask("", U123);
            assertThat(none.body()).isEqualTo("{\"flags\":[],\"metadata\":{\"degraded\":true}}");
            assertThat(none.headers().firstValue("ETag")).isEmpty();
            await(feed.offer(config(7)));
            assertThat(json("/all", U123).getString("variant")).isEqualTo("control");
            assertThat(ask("", U123).headers().firstValue("ETag")).isPresent();
        }

        @Test
        void whoHasAnAnswerToTheSameQuestionKeepsIt() throws Exception {
            String tag = tag(ask("", U123));
            feed = SnapshotFeed.fixed(KEYS);
            await(vertx.undeploy(deployment));
            deployment = null;
            assertThat(ifChanged(tag, U123).statusCode()).isEqualTo(304);
            assertThat(ifChanged(tag, MEANT).statusCode()).isEqualTo(200);
            assertThat(send("", U123, "X-API-Key", "c1", "If-None-Match", tag).statusCode())
                    .isEqualTo(200);
        }

        @Test
        void andWithoutKeysAnyKeyIsAnsweredSo() throws Exception {
            String tag = tag(ask("", U123));
            feed = SnapshotFeed.fixed(KeyRing.NONE, snapshot(7));
            await(vertx.undeploy(deployment));
            deployment = null;
            assertThat(body(send("?key=any", U123))).contains("degraded");
            assertThat(body(send("", U123, "X-API-Key", "any"))).contains("degraded");
            assertThat(ifChanged(tag, U123).statusCode()).isEqualTo(304);
            assertFailure(send("/all", U123, "X-API-Key", "any"), 404, "all", "FLAG_NOT_FOUND");
            assertFailure(send("", U123), 401, "", "GENERAL");
        }
    }

    private static Snapshot snapshot(long version) {
        Variant control = Variant.of("control", 5000);
        Variant green = new Variant("treatment_a", 5000, "{\"button_color\":\"green\"}", false);
        Variant gone = new Variant("gone", 5000, "{\"a\":1}", true);
        return new Snapshot(
                version,
                null,
                List.of(
                        experiment("all", 3, List.of(control, Variant.of("treatment_a", 5000)), null),
                        experiment(
                                "color",
                                6,
                                List.of(control, green),
                                new Targeting(List.of("web"), List.of(), List.of())),
                        experiment("dropped", 8, List.of(control, gone), null)));
    }

    private static Experiment experiment(String key, int salt, List<Variant> variants, @Nullable Targeting targeting) {
        Map<String, String> overrides = key.equals("all") ? Map.of("qa", "treatment_a") : Map.of();
        String layer = key.equals("color") ? "00000002" : "1000000" + salt;
        return new Experiment(
                "id_" + key, key, "0000000" + salt, new Layer(null, layer), Slots.ALL, variants, targeting, overrides);
    }

    private static Document config(long version) {
        return Document.of(Kind.CONFIG, version, SnapshotCodec.encode(snapshot(version), true));
    }

    private static void assertFailure(HttpResponse<String> answer, int status, String key, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        JsonObject body = new JsonObject(answer.body());
        assertThat(body.fieldNames()).containsExactly("key", "errorCode", "errorDetails");
        assertThat(body.getString("key")).isEqualTo(key);
        assertThat(body.getString("errorCode")).isEqualTo(code);
        assertThat(body.getString("errorDetails")).isNotBlank();
    }

    private JsonObject json(String path, String body) throws Exception {
        return new JsonObject(body(ask(path, body)));
    }

    private static String body(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        return answer.body();
    }

    private static String tag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    private HttpResponse<String> ask(String path, String body) throws Exception {
        return send(path, body, "Authorization", "Bearer s3");
    }

    private HttpResponse<String> ifChanged(String tag, String body) throws Exception {
        return send("", body, "Authorization", "Bearer s3", "If-None-Match", tag);
    }

    private HttpResponse<String> send(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(BULK + path))
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private URI uri(String path) throws Exception {
        if (deployment == null) {
            JsonObject config = new JsonObject()
                    .put("http", new JsonObject().put("basePort", 0))
                    .put("portOffset", 3);
            deployment = await(vertx.deployVerticle(
                    () -> new AssignmentVerticle(feed), new DeploymentOptions().setConfig(config)));
        }
        return URI.create("http://127.0.0.1:" + HttpService.port(vertx, "assignment") + path);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
