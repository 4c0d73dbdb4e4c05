package io.assay.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.e2e.Requests.Answer;
import io.assay.testkit.Eventually;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What changes within a session, and what is counted of it. */
abstract class SessionClaims {
    private static final Duration KILL_SHOWS_WITHIN = Duration.ofSeconds(10);

    private final Stack stack;
    private final Browser browser;

    SessionClaims(Stack stack) {
        this.stack = stack;
        this.browser = stack.browser;
    }

    @Test
    void aLaunchDuringASessionChangesNothingUntilTheNext() throws Exception {
        stack.launch(Stack.colours("session_old"));
        SdkPage page = new SdkPage(stack, "session_old", stack.userIn("session_old", "treatment"));
        page.visitInNewTab("poll", "100");
        long version = number(page.stats(), "version");

        JsonObject launched = Stack.colours("session_new");
        launched.getJsonArray("variants").getJsonObject(0).put("allocation", 0);
        launched.getJsonArray("variants").getJsonObject(1).put("allocation", 100);
        stack.launch(launched);
        Eventually.within(Stack.PATIENCE, () -> assertThat(number(page.stats(), "newestVersion"))
                .isGreaterThan(version));
        assertThat(page.variantOf("session_new")).isEqualTo("control");
        page.visit();
        assertThat(page.variantOf("session_new")).as("after a reload").isEqualTo("control");
        assertThat(number(page.stats(), "version")).isEqualTo(version);

        page.visitInNewTab();
        assertThat(page.variantOf("session_new")).as("in the next session").isEqualTo("treatment");
        page.assertNothingThrown();
    }

    @Test
    void aKillShowsInAnOpenSession() throws Exception {
        String id = stack.launch(Stack.colours("session_killed"));
        SdkPage page = new SdkPage(stack, "session_killed", stack.userIn("session_killed", "treatment"));
        page.visitInNewTab();
        assertThat(page.shows()).isEqualTo("treatment");

        assertThat(stack.admin.post("/experiments/" + id + "/kill", "{}").status())
                .isEqualTo(200);
        long killed = System.currentTimeMillis();
        Eventually.within(Stack.PATIENCE, () -> assertThat(page.shows()).isEqualTo("control"));
        long shown = browser.<Number>ask("page.changes.find(c => c.shows === 'control').at")
                .longValue();
        assertThat(Duration.ofMillis(shown - killed)).isLessThan(KILL_SHOWS_WITHIN);
        page.assertNothingThrown();
    }

    @Test
    void eventsOfAPageThatIsClosedAtOnceAreCounted() throws Exception {
        String id = stack.launch(Stack.colours("session_closed")
                .put(
                        "metrics",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("key", "left")
                                        .put("event", "left_at_once")
                                        .put("kind", "sum"))));
        SdkPage page = new SdkPage(stack, "session_closed", stack.userIn("session_closed", "treatment"));
        String first = browser.tab();
        browser.visitInNewTab(page.url("sdk.html", "goal", "left_at_once"));
        awaitTracked();
        browser.closeTab(first);
        SdkPage other = new SdkPage(stack, "session_closed", stack.userIn("session_closed", "control"));
        browser.visitInNewTab(other.url("sdk.html", "goal", "left_at_once"));
        awaitTracked();
        browser.visit("about:blank");

        Answer results = results(
                id,
                answer -> metric(answer, "treatment").getLong("events") == 1
                        && metric(answer, "control").getLong("events") == 1);
        for (int i = 0; i < 2; i++) {
            JsonObject variant = results.json().getJsonArray("variants").getJsonObject(i);
            assertThat(variant.getLong("exposures")).as(variant.encode()).isEqualTo(1);
            assertThat(variant.getJsonObject("metrics").getJsonObject("left").getDouble("sum"))
                    .isEqualTo(1.5);
        }
    }

    @Test
    void twoTabsAgreeAndWhatHappensInBothCountsOnceEach() throws Exception {
        String id = stack.launch(Stack.colours("session_tabs")
                .put(
                        "metrics",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("key", "left")
                                        .put("event", "in_a_tab")
                                        .put("kind", "sum"))));
        SdkPage page = new SdkPage(stack, "session_tabs", stack.userIn("session_tabs", "treatment"));
        page.visitInNewTab();
        String one = browser.tab();
        page.visitInNewTab();
        assertThat(page.shows()).isEqualTo("treatment");
        browser.ask("page.client.track('in_a_tab', 1)");
        browser.switchTo(one);
        assertThat(page.shows()).isEqualTo("treatment");
        browser.ask("page.client.track('in_a_tab', 2)");
        assertThat(browser.<Map<String, Object>>ask("page.client.flush()")).containsEntry("queued", 0L);

        Answer results = results(id, answer -> metric(answer, "treatment").getLong("events") == 2);
        assertThat(metric(results, "treatment").getDouble("sum")).isEqualTo(3.0);
        assertThat(metric(results, "treatment").getLong("conversions")).isEqualTo(1);
        page.assertNothingThrown();
    }

    private void awaitTracked() throws Exception {
        Eventually.within(Stack.PATIENCE, () -> assertThat(browser.<String>ask("document.title"))
                .isEqualTo("tracked"));
    }

    private Answer results(String id, Predicate<Answer> wanted) {
        return stack.read.getUntil(
                "/experiments/" + id + "/results",
                Stack.PATIENCE,
                answer -> answer.status() == 200 && wanted.test(answer),
                "Cache-Control",
                "no-cache");
    }

    private static JsonObject metric(Answer results, String variant) {
        for (Object row : results.json().getJsonArray("variants")) {
            if (((JsonObject) row).getString("key").equals(variant)) {
                return ((JsonObject) row).getJsonObject("metrics").getJsonObject("left");
            }
        }
        throw new AssertionError(results.text());
    }

    private static long number(Map<String, Object> stats, String name) {
        return ((Number) stats.get(name)).longValue();
    }
}
