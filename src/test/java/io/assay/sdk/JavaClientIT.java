package io.assay.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.client.AssayClient;
import io.assay.client.AssayOptions;
import io.assay.client.SnapshotSource;
import io.assay.client.Stats;
import io.assay.e2e.Requests;
import io.assay.e2e.RunningNode;
import io.assay.testkit.Eventually;
import io.vertx.core.json.JsonObject;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java SDK against a node of its own, as an application uses it. */
class JavaClientIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    static Path folder;

    private static RunningNode node;
    private static Requests admin;
    private static Requests read;

    @BeforeAll
    static void starts() throws Exception {
        node = RunningNode.start(folder.resolve("data"));
        admin = new Requests(node, "admin");
        read = new Requests(node, "read");
    }

    @AfterAll
    static void stops() {
        node.close();
    }

    private static AssayOptions options() {
        return AssayClient.builder(node.url("").toString(), node.key("server"))
                .pollInterval(Duration.ofMillis(300))
                .emergencyInterval(Duration.ofMillis(300))
                .flushInterval(Duration.ofMillis(200))
                .retryBase(Duration.ofMillis(200));
    }

    private static String launch(String key, String more) {
        String body =
                """
                {"key": "%s", "variants": [{"key": "control", "allocation": 50},
                   {"key": "treatment_a", "allocation": 50, "config": {"button_color": "green"}}], %s
                 "metrics": ["signup_conversion", "revenue_30d"]}"""
                        .formatted(key, more);
        String id = admin.post("/experiments", body).json().getString("experiment_id");
        assertThat(admin.patch("/experiments/" + id, "{\"status\":\"active\"}").status())
                .isEqualTo(200);
        return id;
    }

    /** Waits until the results hold so many exposures and so much revenue per variant, and no more. */
    private static void awaitResults(String id, Map<String, int[]> expected) throws Exception {
        Eventually.within(PATIENCE, () -> {
            JsonObject results = read.get("/experiments/" + id + "/results", "Cache-Control", "no-cache")
                    .json();
            Map<String, String> counted = new HashMap<>();
            Map<String, String> wanted = new HashMap<>();
            results.getJsonArray("variants").forEach(row -> {
                JsonObject variant = (JsonObject) row;
                JsonObject revenue = variant.getJsonObject("metrics").getJsonObject("revenue_30d");
                counted.put(
                        variant.getString("key"),
                        variant.getInteger("exposures") + " " + variant.getInteger("impressions") + " "
                                + revenue.getInteger("events") + " " + revenue.getDouble("sum"));
            });
            expected.forEach((variant, n) -> wanted.put(variant, n[0] + " " + n[0] + " " + n[1] + " " + 1.25 * n[1]));
            assertThat(counted).isEqualTo(wanted);
        });
    }

    private static void awaitExperiment(AssayClient client, String key) throws Exception {
        Eventually.within(
                PATIENCE,
                () -> assertThat(client.getAssignment(key, "u1").isIn()).isTrue());
    }

    /** Every user looks twice, every third buys something. */
    private static void use(AssayClient client, String key, int from, int to, Map<String, int[]> expected) {
        for (int u = from; u < to; u++) {
            String user = "user-" + u;
            String variant = client.getVariant(key, user);
            assertThat(client.getVariant(key, user)).isEqualTo(variant);
            int[] counts = expected.computeIfAbsent(variant, v -> new int[2]);
            counts[0]++;
            if (u % 3 == 0) {
                client.track("purchase", user, 1.25);
                counts[1]++;
            }
        }
    }

    @Test
    void exposuresAndGoalsAreCountedExactlyThoughTheServerIsKilledMeanwhile() throws Exception {
        String id = launch("java_counts", "");
        Map<String, int[]> expected = new HashMap<>();
        try (AssayClient client = options().build()) {
            assertThat(client.awaitReady(PATIENCE)).isEqualTo(SnapshotSource.SERVER);
            awaitExperiment(client, "java_counts");
            use(client, "java_counts", 0, 300, expected);
            assertThat(client.flush(PATIENCE)).isTrue();
            Thread load = new Thread(() -> use(client, "java_counts", 300, 900, expected));
            load.start();
            node.killAndStartAgain();
            load.join();
            assertThat(client.flush(PATIENCE)).isTrue();
            awaitResults(id, expected);
            Stats.Events events = client.stats().events();
            assertThat(events.delivered()).isEqualTo(events.offered()).isEqualTo(900 + 300);
            assertThat(client.stats().failures()).isZero();
        }
    }

    @Test
    void aKilledExperimentIsControlWithinSeconds() throws Exception {
        String id = launch("java_killed", "");
        try (AssayClient client = options().pollInterval(Duration.ofMinutes(5)).build()) {
            client.awaitReady(PATIENCE);
            try (AssayClient other = options().build()) {
                awaitExperiment(other, "java_killed");
            }
            try (AssayClient late =
                    options().pollInterval(Duration.ofMinutes(5)).build()) {
                late.awaitReady(PATIENCE);
                assertThat(late.getAssignment("java_killed", "u1").isIn()).isTrue();
                assertThat(admin.post("/experiments/" + id + "/kill", "").status())
                        .isEqualTo(200);
                Eventually.within(PATIENCE, () -> assertThat(
                                late.getAssignment("java_killed", "u1").isIn())
                        .isFalse());
                assertThat(late.getVariant("java_killed", "u1")).isEqualTo("control");
            }
        }
    }

    @Test
    void aWrongKeyIsControlAndSaysSo() throws Exception {
        try (AssayClient client = AssayClient.builder(node.url("").toString(), "nonsense")
                .closeTimeout(Duration.ofMillis(200))
                .build()) {
            Eventually.within(
                    PATIENCE, () -> assertThat(client.stats().lastError()).contains("401"));
            assertThat(client.awaitReady(Duration.ofMillis(200))).isEqualTo(SnapshotSource.NONE);
            assertThat(client.getVariant("java_counts", "u1")).isEqualTo("control");
            client.track("purchase", "u1", 1.25);
            assertThat(client.flush(Duration.ofMillis(200))).isFalse();
        }
    }

    @Test
    void theReadmesExampleRuns() throws Exception {
        Matcher block =
                Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("README.md")));
        assertThat(block.find()).isTrue();
        String example = block.group(1);
        assertThat(example.lines().filter(line -> !line.isBlank()).count()).isLessThanOrEqualTo(10);
        assertThat(example).contains("Duration.ofSeconds(2)", ".build()");
        String id = launch(
                "signup_button_color",
                "\"targeting\": {\"platforms\": [\"web\"], \"user_segments\": [\"new_users\"]},");
        try (AssayClient other = options().build()) {
            Eventually.within(PATIENCE, () -> assertThat(
                            other.getAssignment("signup_button_color", "u123").reason())
                    .hasToString("TARGETING"));
        }
        String variant = run(example.replace(
                        "http://127.0.0.1:8080", node.url("").toString())
                .replace("ofSeconds(2)", "ofSeconds(120)")
                .replace(".build()", ".closeTimeout(Duration.ofSeconds(120)).build()")
                .replace("assay.snapshot", folder.resolve("assay.snapshot").toString()));
        assertThat(variant).isIn("control", "treatment_a");
        Eventually.within(
                PATIENCE, () -> assertThat(read.get("/experiments/" + id + "/results", "Cache-Control", "no-cache")
                                .text())
                        .contains("\"key\":\"" + variant + "\",\"exposures\":1,")
                        .contains("\"sum\":49.99"));
        assertThat(folder.resolve("assay.snapshot")).exists();
    }

    /** Compiles an example with nothing but the SDK and the JDK to import, runs it, and returns its variant. */
    private static String run(String example) throws Exception {
        Path source = Files.writeString(
                Files.createDirectories(folder.resolve("readme")).resolve("Readme.java"),
                """
                import io.assay.client.*;
                import java.nio.file.Path;
                import java.time.Duration;
                import java.util.*;
                public class Readme {
                    public static String run(String key) {
                %s
                        return variant;
                    }
                }"""
                        .formatted(example));
        String classes = System.getProperty("java.class.path");
        int errors = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-cp", classes, source.toString());
        assertThat(errors).isZero();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {source.getParent().toUri().toURL()}, JavaClientIT.class.getClassLoader())) {
            return (String)
                    loader.loadClass("Readme").getMethod("run", String.class).invoke(null, node.key("server"));
        }
    }
}
