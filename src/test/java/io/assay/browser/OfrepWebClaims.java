package io.assay.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.Eventually;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The stock {@code @openfeature/ofrep-web-provider}, unmodified, on a page of another origin. */
abstract class OfrepWebClaims {
    private static final Map<String, Object> POLLING = Map.of("pollInterval", 100);

    private final Stack stack;
    private final Browser browser;

    OfrepWebClaims(Stack stack) {
        this.stack = stack;
        this.browser = stack.browser;
    }

    @Test
    void variantsHaveTheirConfigsAsValuesOrTheirNamesIfNoneHasOne() throws Exception {
        stack.launch(Stack.colours("ofrep_colour"));
        stack.launch(named("ofrep_headline"));
        String user = stack.userIn("ofrep_colour", "treatment");
        assertThat(open(user, Map.of(), Map.of())).isNull();

        Map<String, Object> colour = browser.ask("page.client.getObjectDetails('ofrep_colour', {})");
        assertThat(colour)
                .containsEntry("value", Map.of("colour", "green"))
                .containsEntry("variant", "treatment")
                .containsEntry("reason", "SPLIT")
                .containsEntry("flagMetadata", Map.of("inExperiment", true));
        String headline = stack.server
                .get("/assignments?user_id=" + user)
                .json()
                .getJsonObject("assignments")
                .getString("ofrep_headline");
        assertThat(browser.<String>ask("page.client.getStringValue('ofrep_headline', 'mine')"))
                .isEqualTo(headline);
    }

    @Test
    void anAttributeThatChangesChangesWhatTheUserIsIn() throws Exception {
        stack.launch(Stack.colours("ofrep_targeted")
                .put("targeting", new JsonObject().put("platforms", new JsonArray().add("web"))));
        String user = stack.userIn("ofrep_targeted", "treatment");
        assertThat(open(user, Map.of("platform", "ios"), Map.of())).isNull();
        assertThat(targeted())
                .containsEntry("reason", "DEFAULT")
                .containsEntry("variant", "control")
                .containsEntry("flagMetadata", Map.of("inExperiment", false));

        browser.ask("page.setContext(arguments[0])", Map.of("targetingKey", user, "platform", "web"));
        Eventually.within(Stack.PATIENCE, () -> assertThat(targeted()).containsEntry("variant", "treatment"));
        List<Map<String, Object>> answers = browser.ask("page.answers");
        assertThat(answers.get(answers.size() - 1)).containsEntry("status", 200L);
        assertThat(answers.get(answers.size() - 1).get("knew"))
                .as("the tag of the old context, which the client sends")
                .isEqualTo(answers.get(0).get("etag"));
    }

    private Map<String, Object> targeted() {
        return browser.ask("page.client.getObjectDetails('ofrep_targeted', {})");
    }

    @Test
    void aRefreshOfWhatIsTheSameIs304AndALaunchIsSeen() throws Exception {
        assertThat(open("somebody", Map.of(), POLLING)).isNull();
        Eventually.within(Stack.PATIENCE, () -> assertThat(
                        browser.<Boolean>ask("page.answers.some(a => a.status === 304 && a.knew)"))
                .isTrue());
        assertThat(browser.<String>ask("page.client.getStringValue('ofrep_launched', 'mine')"))
                .isEqualTo("mine");

        stack.launch(named("ofrep_launched"));
        Eventually.within(Stack.PATIENCE, () -> assertThat(
                        browser.<Boolean>ask("page.events.some(e => e.flagsChanged.includes('ofrep_launched'))"))
                .isTrue());
        assertThat(browser.<String>ask("page.client.getStringValue('ofrep_launched', 'mine')"))
                .isIn("control", "treatment");
    }

    @Test
    void anUnknownFlagAndAnotherTypeGiveTheDefaultOfThePage() throws Exception {
        stack.launch(named("ofrep_typed"));
        assertThat(open("somebody", Map.of(), Map.of())).isNull();
        assertThat(browser.<Map<String, Object>>ask("page.client.getStringDetails('ofrep_unknown', 'mine')"))
                .containsEntry("value", "mine")
                .containsEntry("errorCode", "FLAG_NOT_FOUND");
        assertThat(browser.<Map<String, Object>>ask("page.client.getBooleanDetails('ofrep_typed', true)"))
                .containsEntry("value", true)
                .containsEntry("errorCode", "TYPE_MISMATCH");
    }

    @Test
    void whatIsWrongWithTheContextIsSaid() throws Exception {
        visit(stack.newOrigin());
        assertThat(ask(stack.node.key("client"), Map.of(), Map.of())).isNotNull();
        assertThat(lastAnswer()).containsEntry("status", 400L);
        assertThat(lastBody()).containsEntry("errorCode", "TARGETING_KEY_MISSING");
        assertThat(ask(stack.node.key("client"), Map.of("targetingKey", "a\nb"), Map.of()))
                .isNotNull();
        assertThat(lastAnswer()).containsEntry("status", 400L);
        assertThat(lastBody()).containsEntry("errorCode", "INVALID_CONTEXT");
        assertThat(browser.<String>ask("page.client.getStringValue('any', 'mine')"))
                .isEqualTo("mine");
    }

    @Test
    void aKeyWithoutTheScopeIsFatalAWrongOneTooAndTooManyOfThemAreTurnedAway() throws Exception {
        Map<String, Object> somebody = Map.of("targetingKey", "somebody");
        visit(stack.newOrigin());
        assertThat(ask(stack.node.key("read"), somebody, Map.of())).isEqualTo("PROVIDER_FATAL");
        assertThat(lastAnswer()).containsEntry("status", 403L);
        assertThat(ask("wrong", somebody, Map.of())).isEqualTo("PROVIDER_FATAL");
        assertThat(lastAnswer()).containsEntry("status", 401L);
        assertThat(lastBody()).containsKeys("key", "errorCode", "errorDetails");
        for (int i = 0; i < 40 && !Long.valueOf(429).equals(lastAnswer().get("status")); i++) {
            ask("wrong", somebody, Map.of());
        }
        assertThat(lastAnswer()).containsEntry("status", 429L);
        assertThat((String) lastAnswer().get("retryAfter")).matches("[0-9]+");
        assertThat(browser.<String>ask("page.client.getStringValue('any', 'mine')"))
                .isEqualTo("mine");
        assertThat(ask(stack.node.key("client"), somebody, Map.of()))
                .as("who has a good key")
                .isNull();
    }

    @Test
    void valuesStayWhileTheServerIsAwayAndRefreshWhenItIsBack() throws Exception {
        stack.launch(named("ofrep_kept"));
        String origin = stack.newOrigin();
        visit(origin);
        Map<String, Object> somebody = Map.of("targetingKey", "somebody");
        assertThat(ask(stack.node.key("client"), somebody, POLLING)).isNull();
        String before = kept();
        assertThat(before).isIn("control", "treatment");

        stack.node.stop();
        Eventually.within(Stack.PATIENCE, () -> assertThat(
                        browser.<Boolean>ask("page.events.some(e => e.type === 'PROVIDER_STALE')"))
                .isTrue());
        assertThat(kept()).isEqualTo(before);
        String first = browser.tab();
        browser.visitInNewTab(stack.pages.url(origin, "ofrep.html"));
        awaitModule();
        assertThat(ask(stack.node.key("client"), somebody, POLLING)).isNull();
        assertThat(browser.<Map<String, Object>>ask("page.client.getStringDetails('ofrep_kept', 'mine')"))
                .containsEntry("value", before)
                .containsEntry("reason", "CACHED");
        browser.closeTab(first);

        long asked = browser.<Long>ask("page.answers.length");
        stack.node.startAgain();
        Eventually.within(Stack.PATIENCE, () -> assertThat(browser.<Boolean>ask(
                        "page.answers.slice(arguments[0]).some(a => a.status === 200 || a.status === 304)", asked))
                .isTrue());
        assertThat(kept()).isEqualTo(before);
        assertThat(browser.uncaught()).isEmpty();
    }

    private String kept() {
        return browser.ask("page.client.getStringValue('ofrep_kept', 'mine')");
    }

    private static JsonObject named(String key) {
        return new JsonObject()
                .put("key", key)
                .put(
                        "variants",
                        new JsonArray()
                                .add(new JsonObject().put("key", "control").put("allocation", 50))
                                .add(new JsonObject().put("key", "treatment").put("allocation", 50)));
    }

    private void visit(String origin) throws Exception {
        browser.visit(stack.pages.url(origin, "ofrep.html"));
        awaitModule();
    }

    /** The page's module says when it has run. */
    private void awaitModule() throws Exception {
        Eventually.within(Stack.PATIENCE, () -> assertThat(browser.<String>ask("document.title"))
                .isEqualTo("ready"));
    }

    private String open(String user, Map<String, Object> attributes, Map<String, Object> options) throws Exception {
        visit(stack.newOrigin());
        Map<String, Object> context = new HashMap<>(attributes);
        context.put("targetingKey", user);
        return ask(stack.node.key("client"), context, options);
    }

    private String ask(String key, Map<String, Object> context, Map<String, Object> options) {
        return browser.ask(
                "page.open(arguments[0], arguments[1], arguments[2], arguments[3])",
                stack.api(),
                key,
                context,
                options);
    }

    private Map<String, Object> lastAnswer() {
        return browser.ask("page.answers[page.answers.length - 1]");
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> lastBody() {
        return (Map<String, Object>) lastAnswer().get("body");
    }
}
