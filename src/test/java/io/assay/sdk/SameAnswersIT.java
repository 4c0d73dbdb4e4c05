package io.assay.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.browser.Browser;
import io.assay.browser.Pages;
import io.assay.client.AssayClient;
import io.assay.client.User;
import io.assay.engine.Snapshot;
import io.assay.protocol.Json;
import io.assay.protocol.JsonException;
import io.assay.protocol.SnapshotCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 100,000 random users over a random snapshot: whoever evaluates it, the answers are the same. */
class SameAnswersIT {
    private static final long SEED = 4;
    private static final int EXPERIMENTS = 60;
    private static final int USERS = 100_000;
    private static final long PATIENCE_SECONDS = 300;

    @TempDir
    static Path folder;

    private static byte[] snapshot;
    private static Answers java;
    private static Process node;

    /** Node answers while Java does. */
    @BeforeAll
    static void theJavaSdkAnswers() throws Exception {
        Snapshot random = new RandomSnapshot(SEED).build(EXPERIMENTS);
        snapshot = SnapshotCodec.encode(random, true);
        List<String> questions = new RandomUsers(SEED).questions(USERS);
        node = node(questions);
        try (AssayClient client = AssayClient.ofSnapshot(snapshot)) {
            java = new Answers(
                    questions,
                    questions.stream().map(question -> answer(client, question)).toList());
        }
    }

    private static String answer(AssayClient client, String question) {
        try {
            Map<?, ?> asked = (Map<?, ?>) Json.parse(question.getBytes(StandardCharsets.UTF_8), Json.Limits.BODY);
            Map<String, Object> attributes = new TreeMap<>();
            ((Map<?, ?>) asked.get("attributes")).forEach((name, value) -> attributes.put((String) name, value));
            Map<String, String> variants = new TreeMap<>();
            client.getAllAssignments(User.of((String) asked.get("user_id"), attributes))
                    .forEach((key, assignment) -> variants.put(key, assignment.variant()));
            return Answers.line(variants);
        } catch (JsonException e) {
            throw new AssertionError(question, e);
        }
    }

    @Test
    void everyExperimentHasUsersInIt() {
        Map<String, Long> users = new TreeMap<>();
        for (String line : java.lines()) {
            for (String assignment : line.isEmpty() ? new String[0] : line.split(";")) {
                users.merge(assignment.substring(0, assignment.indexOf('=')), 1L, Long::sum);
            }
        }
        assertThat(users.size()).as("experiments with users: " + users).isGreaterThan(EXPERIMENTS * 9 / 10);
        assertThat(java.lines().stream().filter(String::isEmpty).count()).isBetween(USERS / 50L, USERS / 5L);
    }

    @Test
    void theServerAnswersTheSameOverHttp() {
        try (AssignmentStage stage = new AssignmentStage(snapshot)) {
            java.assertEqualTo("the server", stage.ask(java.questions()));
        }
    }

    private static Process node(List<String> questions) throws IOException {
        return new ProcessBuilder(
                        "node",
                        "src/test/resources/browser/same-answers-node.mjs",
                        "sdk/js/index.js",
                        Files.write(folder.resolve("snapshot"), snapshot).toString(),
                        Files.write(folder.resolve("users"), questions).toString(),
                        folder.resolve("answers").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    @AfterAll
    static void nodeEnds() {
        node.destroyForcibly();
    }

    @Test
    void javaScriptInNodeAnswersTheSame() throws Exception {
        assertThat(node.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(node.exitValue()).as(Files.readString(folder.resolve("log"))).isZero();
        java.assertEqualTo(
                "Node", List.of(Files.readString(folder.resolve("answers")).split("\n", -1)));
    }

    @Test
    void javaScriptInChromiumAnswersTheSame() {
        try (Pages pages = Pages.open();
                Browser browser = Browser.open()) {
            pages.put("snapshot", snapshot);
            pages.put("users", String.join("\n", java.questions()).getBytes(StandardCharsets.UTF_8));
            browser.visit(pages.url("same", "same-answers.html"));
            browser.ask(
                    "new Promise(done => { const look = () => window.page ? done() : setTimeout(look, 10); look() })");
            List<String> digests = browser.ask("page.digests(arguments[0])", Answers.BLOCK);
            java.assertEqualTo(
                    "Chromium",
                    digests,
                    block -> browser.ask(
                            "page.answers.slice(arguments[0], arguments[0] + arguments[1])",
                            block * Answers.BLOCK,
                            Answers.BLOCK));
        }
    }
}
