package io.assay.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The page with the SDK and one experiment, at an origin that is new unless it is given. */
final class SdkPage {
    private final Stack stack;
    private final Browser browser;
    private final String origin;
    private final String experiment;
    private final String user;

    SdkPage(Stack stack, String experiment, String user) {
        this.stack = stack;
        this.browser = stack.browser;
        this.origin = stack.newOrigin();
        this.experiment = experiment;
        this.user = user;
    }

    /** The address of a page, with more for its query. */
    String url(String page, String... more) {
        List<String> query = new ArrayList<>(
                List.of("api", stack.api(), "key", stack.node.key("client"), "user", user, "experiment", experiment));
        query.addAll(List.of(more));
        return stack.pages.url(origin, page, query.toArray(String[]::new));
    }

    /** In this tab, which may be a session already. */
    SdkPage visit(String... more) throws Exception {
        browser.visit(url("sdk.html", more));
        return awaitShown();
    }

    /** In a new tab, the next session. */
    SdkPage visitInNewTab(String... more) throws Exception {
        browser.visitInNewTab(url("sdk.html", more));
        return awaitShown();
    }

    SdkPage awaitShown() throws Exception {
        Eventually.within(Stack.PATIENCE, () -> assertThat(browser.<Boolean>ask("page.shownAt !== undefined"))
                .isTrue());
        return this;
    }

    String shows() {
        return browser.ask("document.getElementById('headline').textContent");
    }

    String variantOf(String other) {
        return browser.ask("page.client.getVariant(arguments[0])", other);
    }

    /** Where the snapshot came from. */
    String source() {
        return browser.ask("page.source");
    }

    /** What users saw, each different thing once in its order, after some more frames. */
    List<String> seen() throws Exception {
        long sofar = browser.<Long>ask("page.frames.length");
        Eventually.within(Stack.PATIENCE, () -> assertThat(browser.<Long>ask("page.frames.length"))
                .isGreaterThanOrEqualTo(Math.min(sofar + 5, 300)));
        return browser.ask(
                "page.frames.filter(f => f.visible).map(f => f.shows).filter((s, i, all) => s !== all[i - 1])");
    }

    Map<String, Object> stats() {
        return browser.ask("page.client.stats()");
    }

    /** Nothing was thrown: neither what the page noticed, nor on the console, nor kept from the caller by the SDK. */
    void assertNothingThrown() {
        assertThat(browser.<List<String>>ask("page.errors")).isEmpty();
        assertThat(browser.uncaught()).isEmpty();
        assertThat(stats()).containsEntry("failures", 0L);
    }
}
