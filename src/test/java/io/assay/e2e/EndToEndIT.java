package io.assay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.Queries;
import io.assay.Queries.Sample;
import io.assay.Queries.Selector;
import io.assay.e2e.Requests.Answer;
import io.assay.testkit.Eventually;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way on a node of its own: what the design's users do, in their words, over HTTP. */
class EndToEndIT {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    static Path folder;

    private static RunningNode node;
    private static Requests admin;
    private static Requests server;
    private static Requests read;

    @BeforeAll
    static void starts() throws Exception {
        node = RunningNode.start(folder.resolve("data"));
        admin = new Requests(node, "admin");
        server = new Requests(node, "server");
        read = new Requests(node, "read");
    }

    @AfterAll
    static void stops() {
        node.close();
    }

    @Test
    void everyRequestOfTheDesignWorksAsItStandsThere() {
        Answer created = admin.post(
                "/experiments",
                """
                {"key": "checkout_button_color",
                 "variants": [{"key": "control", "allocation": 50, "config": {"button_color": "blue"}},
                              {"key": "treatment_a", "allocation": 50, "config": {"button_color": "green"}}],
                 "targeting": {"platforms": ["web"], "user_segments": ["new_users"]},
                 "metrics": ["signup_conversion", "revenue_30d"]}""");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.json().getString("status")).isEqualTo("draft");
        String id = created.json().getString("experiment_id");
        assertThat(id).matches("[0-9a-z]{12}");
        assertThat(created.headers().firstValue("Location")).hasValue("/experiments/" + id);

        assertThat(admin.patch("/experiments/" + id, "{\"status\":\"active\"}").status())
                .isEqualTo(200);
        String targeted = "/assignments?user_id=u123&platform=web&user_segments=new_users";
        String variant = server.getUntil(
                        targeted, SECOND.multipliedBy(5), a -> a.text().contains("checkout_button_color"))
                .json()
                .getJsonObject("assignments")
                .getString("checkout_button_color");
        assertThat(server.get("/assignments?user_id=u123")
                        .json()
                        .getJsonObject("assignments")
                        .containsKey("checkout_button_color"))
                .isFalse();

        Answer exposed = server.post("/events", exposure("u123", "checkout_button_color", variant));
        assertThat(exposed.status()).isEqualTo(201);
        Instant now = Instant.now();
        Answer goals = server.post(
                "/events",
                new JsonObject()
                        .put("user_id", "u123")
                        .put(
                                "events",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("name", "signup_conversion")
                                                .put("timestamp", now.toString()))
                                        .add(new JsonObject()
                                                .put("name", "purchase")
                                                .put("value", 49.99)
                                                .put("timestamp", now.toString())))
                        .encode());
        assertThat(goals.status()).isEqualTo(201);
        assertThat(goals.json()).isEqualTo(new JsonObject().put("received", 2));

        Answer results = read.getUntil(
                "/experiments/" + id + "/results",
                Duration.ofSeconds(30),
                a -> a.status() == 200 && metric(a, variant, "revenue_30d").getLong("conversions") == 1,
                "Cache-Control",
                "no-cache");
        assertThat(results.json().getString("scope")).isEqualTo("all");
        assertThat(results.text()).contains("\"sum\":49.99");
        assertThat(metric(results, variant, "signup_conversion").getLong("conversions"))
                .isEqualTo(1);
        assertThat(metric(results, variant, "signup_conversion").getDouble("rate"))
                .isEqualTo(1.0);
        assertThat(metric(results, variant, "revenue_30d").getDouble("mean_per_user"))
                .isEqualTo(49.99);
        assertThat(results.json().getJsonArray("variants")).hasSize(2);
    }

    @Test
    void aKeyOpensWhatItsScopeMay() {
        Requests nobody = new Requests(node, "");
        assertThat(nobody.get("/experiments").status()).isEqualTo(401);
        assertThat(nobody.get("/experiments", "Authorization", "Bearer nonsense")
                        .status())
                .isEqualTo(401);
        assertThat(read.post("/experiments", "{}").status()).isEqualTo(403);
        assertThat(server.get("/experiments").status()).isEqualTo(403);
        assertThat(new Requests(node, "client").get("/assignments?user_id=u1").status())
                .isEqualTo(403);
        assertThat(nobody.get("/openapi.yaml").status()).isEqualTo(200);
        assertThat(nobody.get("/metrics").status()).isEqualTo(404);
    }

    @Test
    void badBodiesGetAClearRefusal() {
        assertThat(admin.post("/experiments", "{\"key\":").status()).isEqualTo(400);
        assertThat(admin.post("/experiments", "[".repeat(40) + "]".repeat(40)).status())
                .isEqualTo(400);
        assertThat(admin.post("/experiments", "{\"key\":\"a\",\"key\":\"b\"}").status())
                .isEqualTo(400);
        assertThat(server.post("/events", "x".repeat(600_000)).status()).isEqualTo(413);
        assertThat(admin.post("/experiments", "<a/>", "Content-Type", "application/xml")
                        .status())
                .isEqualTo(415);
        Answer wrong = admin.post(
                "/experiments",
                """
                {"key": "bad key", "variants": [{"key": "control", "allocation": 50}, {"key": "b", "allocation": 49.9}]}""");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.json().getJsonArray("errors").size()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void everythingThatDashboardAndAlertsAskForIsExported() throws Exception {
        new Requests(node, "").get("/experiments", "Authorization", "Bearer nonsense");
        server.post("/events", "{\"user_id\":\"u1\",\"events\":[{\"name\":\"signup\"},{\"name\":\"not a name\"}]}");
        server.post("/events", "{\"user_id\":\"u1\",\"events\":[{\"name\":\"not a name\"}]}");
        String launched = admin.post(
                        "/experiments",
                        """
                        {"key": "observed", "variants": [{"key": "control", "allocation": 100}, {"key": "b", "allocation": 0}]}""")
                .json()
                .getString("experiment_id");
        admin.patch("/experiments/" + launched, "{\"status\":\"active\"}");
        server.getUntil(
                "/assignments?user_id=u1", SECOND.multipliedBy(5), a -> a.text().contains("observed"));
        server.post("/events", exposure("u1", "observed", "control"));
        read.get("/experiments/nothing_of_that_name/results");
        Map<Selector, Set<String>> asked = Queries.asked();
        HttpRequest scrape = HttpRequest.newBuilder(node.management("/metrics")).build();
        Eventually.within(Duration.ofSeconds(20), () -> {
            List<Sample> samples = Sample.of(HttpClient.newHttpClient()
                    .send(scrape, HttpResponse.BodyHandlers.ofString())
                    .body());
            assertThat(asked).hasSizeGreaterThan(30).allSatisfy((selector, where) -> assertThat(selector.isIn(samples))
                    .as(selector + " of " + where)
                    .isTrue());
        });
    }

    @Test
    void theReadmesExamplesRun() throws Exception {
        Matcher block =
                Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("README.md")));
        assertThat(block.find()).isTrue();
        String script = block.group(1)
                .replaceFirst("ASSAY=\\S+", "ASSAY=" + node.url(""))
                .replaceFirst("KEYS=\\S+", "KEYS=" + node.keys());
        Path output = folder.resolve("readme.out");
        Process shell = RunningNode.launch(List.of("sh", "-euc", script), output);
        assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(shell.exitValue()).isZero();
        assertThat(Files.readString(output))
                .contains("\"status\":\"active\"")
                .containsPattern("\"assignments\":\\{.*\"signup_button_color\":\"(control|treatment_a)\"")
                .contains("{\"received\":3")
                .contains("\"sum\":49.99");
    }

    private static String exposure(String user, String experiment, String variant) {
        return new JsonObject()
                .put("user_id", user)
                .put(
                        "events",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("type", "exposure")
                                        .put("experiment", experiment)
                                        .put("variant", variant)))
                .encode();
    }

    private static JsonObject metric(Answer results, String variant, String metric) {
        for (Object row : results.json().getJsonArray("variants")) {
            if (((JsonObject) row).getString("key").equals(variant)) {
                return ((JsonObject) row).getJsonObject("metrics").getJsonObject(metric);
            }
        }
        throw new AssertionError(results.text());
    }
}
