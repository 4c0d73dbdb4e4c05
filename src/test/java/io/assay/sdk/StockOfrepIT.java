package io.assay.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.openfeature.contrib.providers.ofrep.OfrepProvider;
import dev.openfeature.contrib.providers.ofrep.OfrepProviderOptions;
import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.Value;
import io.assay.e2e.Requests;
import io.assay.e2e.Requests.Answer;
import io.assay.e2e.RunningNode;
import io.assay.testkit.Eventually;
import io.assay.testkit.NodeModules;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** OpenFeature's own OFREP providers for Java and Node, as they are published, against a node as it is shipped. */
@TestMethodOrder(
        MethodOrderer.OrderAnnotation.class) // those who present wrong keys come last, for all share one address
class StockOfrepIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final EvaluationContext WEB = context("u123", Map.of("platform", new Value("web")));

    @TempDir
    static Path folder;

    private static RunningNode node;
    private static Requests admin;
    private static Requests server;
    private static Client flags;

    @BeforeAll
    static void starts() throws Exception {
        node = RunningNode.start(folder.resolve("data"));
        admin = new Requests(node, "admin");
        server = new Requests(node, "server");
        launch(experiment("colours", new JsonObject().put("colour", "grey"), new JsonObject().put("colour", "green"))
                .put("targeting", new JsonObject().put("platforms", new JsonArray().add("web"))));
        launch(experiment("words", null, null).put("overrides", new JsonObject().put("qa", "treatment")));
        assertThat(admin.post("/experiments", experiment("planned", null, null).encode())
                        .status())
                .isEqualTo(201);
        flags = client("right", node.key("server"));
    }

    @AfterAll
    static void stops() {
        OpenFeatureAPI.getInstance().shutdown();
        node.close();
    }

    @Test
    @Order(1)
    void javaGetsTheValuesThatAssignmentsGive() {
        JsonObject given = server.get("/assignments?user_id=u123&platform=web&expand=config")
                .json();
        FlagEvaluationDetails<Value> colour = flags.getObjectDetails("colours", new Value("none"), WEB);
        assertThat(colour.getErrorCode()).isNull();
        assertThat(colour.getValue().asStructure().getValue("colour").asString())
                .isEqualTo(
                        given.getJsonObject("configs").getJsonObject("colours").getString("colour"));
        assertThat(colour.getVariant())
                .isEqualTo(given.getJsonObject("assignments").getString("colours"));
        assertThat(colour.getReason()).isEqualTo("SPLIT");
        assertThat(colour.getFlagMetadata().getBoolean("inExperiment")).isTrue();
        assertThat(flags.getStringValue("words", "none", WEB))
                .isEqualTo(given.getJsonObject("assignments").getString("words"));
        assertThat(flags.getStringDetails("words", "none", context("qa", Map.of()))
                        .getReason())
                .isEqualTo("TARGETING_MATCH");
    }

    @Test
    @Order(2)
    void javaGetsAnotherAnswerWhenAnAttributeChanges() {
        FlagEvaluationDetails<Value> other = flags.getObjectDetails(
                "colours", new Value("none"), context("u123", Map.of("platform", new Value("ios"))));
        assertThat(other.getVariant()).isEqualTo("control");
        assertThat(other.getReason()).isEqualTo("DEFAULT");
        assertThat(other.getFlagMetadata().getBoolean("inExperiment")).isFalse();
        Value platforms = new Value(List.of(new Value("ios"), new Value("web")));
        assertThat(flags.getObjectDetails("colours", new Value("none"), context("u123", Map.of("platform", platforms)))
                        .getReason())
                .isEqualTo("SPLIT");
    }

    @Test
    @Order(3)
    void javaGetsItsDefaultAndTheErrorForWhatIsWrong() {
        assertError(flags.getStringDetails("nothing", "none", WEB), ErrorCode.FLAG_NOT_FOUND, "not found");
        assertError(flags.getStringDetails("planned", "none", WEB), ErrorCode.FLAG_NOT_FOUND, "not found");
        assertError(
                flags.getStringDetails("words", "none", new ImmutableContext()), ErrorCode.INVALID_CONTEXT, "context");
        assertError(
                flags.getStringDetails("words", "none", context("x".repeat(300), Map.of())),
                ErrorCode.INVALID_CONTEXT,
                "context");
        FlagEvaluationDetails<Boolean> mistyped = flags.getBooleanDetails("words", true, WEB);
        assertThat(mistyped.getValue()).isTrue();
        assertThat(mistyped.getErrorCode()).isEqualTo(ErrorCode.TYPE_MISMATCH);
        assertError(
                client("public", node.key("client")).getStringDetails("words", "none", WEB),
                ErrorCode.GENERAL,
                "authorization");
    }

    @Test
    @Order(4)
    void javaAndNodeGoOnAfterARestart() throws Exception {
        String word = flags.getStringValue("words", "none", WEB);
        String tag = tag();
        Path begun = folder.resolve("begun");
        Path gone = folder.resolve("gone");
        Process script = node("stock/restart.js", Map.of("BEGUN_FILE", begun.toString(), "GONE_FILE", gone.toString()));
        try {
            Eventually.within(PATIENCE, () -> assertThat(begun).exists());
            node.stop();
            assertError(flags.getStringDetails("words", "none", WEB), ErrorCode.GENERAL, "");
            Eventually.within(PATIENCE, () -> assertThat(gone).exists());
            node.startAgain();
            Eventually.within(PATIENCE, () -> assertThat(flags.getStringValue("words", "none", WEB))
                    .isEqualTo(word));
            assertEnds(script);
        } finally {
            end(script);
        }
        assertThat(tag()).isEqualTo(tag);
    }

    @Test
    @Order(5)
    void nodeGetsValuesErrorsAndNothingNewWhereNothingChanged() throws Exception {
        Process script = node("stock/ofrep.js", Map.of());
        try {
            assertEnds(script);
        } finally {
            end(script);
        }
    }

    @Test
    @Order(6)
    void javaIsToldOfAWrongKeyAndThenToWait() throws Exception {
        Client wrong = client("wrong", "not-a-key");
        Eventually.within(
                PATIENCE,
                () -> assertError(
                        wrong.getStringDetails("words", "none", WEB),
                        ErrorCode.GENERAL,
                        "Rate limit exceeded for flag"));
        assertError(wrong.getStringDetails("words", "none", WEB), ErrorCode.GENERAL, "Please wait");
        assertThat(flags.getStringDetails("words", "none", WEB).getErrorCode()).isNull();
    }

    private static String tag() {
        Answer all = server.post("/ofrep/v1/evaluate/flags", "{\"context\":{\"targetingKey\":\"u123\"}}");
        assertThat(all.status()).isEqualTo(200);
        return all.headers().firstValue("ETag").orElseThrow();
    }

    private static JsonObject experiment(String key, JsonObject control, JsonObject treatment) {
        return new JsonObject()
                .put("key", key)
                .put(
                        "variants",
                        new JsonArray().add(variant("control", control)).add(variant("treatment", treatment)));
    }

    private static JsonObject variant(String key, JsonObject config) {
        JsonObject variant = new JsonObject().put("key", key).put("allocation", 50);
        return config == null ? variant : variant.put("config", config);
    }

    private static void launch(JsonObject definition) {
        Answer created = admin.post("/experiments", definition.encode());
        assertThat(created.status()).as(created.text()).isEqualTo(201);
        String key = definition.getString("key");
        assertThat(admin.patch("/experiments/" + key, "{\"status\":\"active\"}").status())
                .isEqualTo(200);
        server.getUntil("/assignments?user_id=u123&platform=web", PATIENCE, a -> a.text()
                .contains(key));
    }

    private static Client client(String name, String key) {
        OfrepProvider provider = OfrepProvider.constructProvider(OfrepProviderOptions.builder()
                .baseUrl(node.url("").toString())
                .headers(ImmutableMap.of("Authorization", ImmutableList.of("Bearer " + key)))
                .build());
        OpenFeatureAPI.getInstance().setProviderAndWait(name, provider);
        return OpenFeatureAPI.getInstance().getClient(name);
    }

    private static EvaluationContext context(String user, Map<String, Value> attributes) {
        return new ImmutableContext(user, new HashMap<>(attributes));
    }

    private static void assertError(FlagEvaluationDetails<String> details, ErrorCode code, String message) {
        assertThat(details.getErrorMessage()).contains(message);
        assertThat(details.getErrorCode()).isEqualTo(code);
        assertThat(details.getValue()).isEqualTo("none");
    }

    private static Process node(String script, Map<String, String> environment) throws IOException {
        Path home = NodeModules.of("sdk/openfeature/js").getParent();
        Path log = folder.resolve(Path.of(script).getFileName() + ".log");
        ProcessBuilder builder = new ProcessBuilder("node", "--test", script)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        builder.environment()
                .putAll(Map.of(
                        "ASSAY_URL", node.url("").toString(),
                        "ASSAY_SERVER_KEY", node.key("server"),
                        "ASSAY_CLIENT_KEY", node.key("client"),
                        "ASSAY_ADMIN_KEY", node.key("admin")));
        return builder.start();
    }

    private static void assertEnds(Process script) throws Exception {
        boolean ended = script.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        StringBuilder said = new StringBuilder();
        for (String name : List.of("ofrep.js.log", "restart.js.log")) {
            Path log = folder.resolve(name);
            said.append(Files.exists(log) ? Files.readString(log) : "");
        }
        assertThat(ended && script.exitValue() == 0).as(said.toString()).isTrue();
    }

    /** The runner of tests, and the process in which it runs a file. */
    private static void end(Process script) {
        script.descendants().forEach(ProcessHandle::destroyForcibly);
        script.destroyForcibly();
    }
}
