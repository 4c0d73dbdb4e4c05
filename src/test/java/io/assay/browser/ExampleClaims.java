package io.assay.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.e2e.Requests.Answer;
import io.assay.testkit.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples, each by its one command. */
abstract class ExampleClaims {
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:[0-9]+/");

    @TempDir
    Path folder;

    private final Stack stack;
    private final Browser browser;

    ExampleClaims(Stack stack) {
        this.stack = stack;
        this.browser = stack.browser;
    }

    /** An example that runs, and where it is. */
    private record Example(Process process, String address) implements AutoCloseable {
        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }

    private Example run(String name) throws Exception {
        Path log = folder.resolve(name);
        ProcessBuilder builder = new ProcessBuilder("examples/run", name)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("ASSAY_URL", stack.api());
        builder.environment().put("ASSAY_KEYS", stack.node.keys().toString());
        builder.environment().put("ASSAY_TIMEOUT", "30000");
        builder.environment().put("PORT", "0");
        Process process = builder.start();
        try {
            Eventually.within(
                    Stack.PATIENCE, () -> assertThat(Files.readString(log)).containsPattern(ADDRESS));
            Matcher address = ADDRESS.matcher(Files.readString(log));
            assertThat(address.find()).isTrue();
            return new Example(process, address.group());
        } catch (Exception | AssertionError e) {
            process.destroy();
            throw e;
        }
    }

    @Test
    void thePageShowsTheVariantAndWhatIsBoughtIsCounted() throws Exception {
        try (Example page = run("page")) {
            awaitLaunch();
            String user = stack.userIn("example_button", "green");
            browser.visit(page.address() + "?user=" + user);
            Eventually.within(Stack.PATIENCE, () -> assertThat(
                            browser.<String>ask(
                                    "document.querySelector('button').onclick && document.querySelector('#variant').textContent"))
                    .isEqualTo("green"));
            assertThat(browser.<String>ask("document.querySelector('button').style.background"))
                    .isEqualTo("green");
            browser.ask("document.querySelector('button').click()");
            browser.screenshot("example-page");
            browser.visit("about:blank");
            awaitBought("green");
            assertThat(browser.uncaught()).isEmpty();
        }
    }

    @Test
    void theServiceAnswersWithTheVariantAndWhatIsBoughtIsCounted() throws Exception {
        try (Example service = run("service")) {
            awaitLaunch();
            String user = stack.userIn("example_button", "control");
            Eventually.within(Stack.PATIENCE, () -> assertThat(send("GET", service.address() + "button?user=" + user))
                    .contains("\"variant\":\"control\"", "\"colour\":\"grey\""));
            assertThat(send("POST", service.address() + "purchase?user=" + user))
                    .contains("thanks");
        }
        awaitBought("control");
    }

    private void awaitLaunch() {
        stack.client.getUntil("/config", Stack.PATIENCE, config -> config.text().contains("example_button"));
        stack.server.getUntil("/assignments?user_id=anybody", Stack.PATIENCE, answer -> answer.text()
                .contains("example_button"));
    }

    private void awaitBought(String variant) {
        stack.read.getUntil(
                "/experiments/example_button/results",
                Stack.PATIENCE,
                answer -> answer.status() == 200 && bought(answer, variant) >= 9.99,
                "Cache-Control",
                "no-cache");
    }

    private static double bought(Answer results, String variant) {
        for (Object row : results.json().getJsonArray("variants")) {
            JsonObject known = (JsonObject) row;
            if (known.getString("key").equals(variant)) {
                return known.getJsonObject("metrics").getJsonObject("bought").getDouble("sum");
            }
        }
        throw new AssertionError(results.text());
    }

    private static String send(String method, String address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
