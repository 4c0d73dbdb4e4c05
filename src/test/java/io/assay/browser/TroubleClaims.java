package io.assay.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.Eventually;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pages whose browser or network is not as it should be: they still show something, and throw nothing. */
abstract class TroubleClaims {
    private final Stack stack;
    private final Browser browser;
    private SdkPage page;

    TroubleClaims(Stack stack) {
        this.stack = stack;
        this.browser = stack.browser;
    }

    @BeforeEach
    void aUserOfTheTreatment() {
        if (!stack.server.get("/assignments?user_id=x&keys=trouble").text().contains("trouble")) {
            stack.launch(Stack.colours("trouble"));
        }
        page = new SdkPage(stack, "trouble", stack.userIn("trouble", "treatment"));
    }

    @Test
    void withAServerThatRefusesThePageShowsControl() throws Exception {
        int refused;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refused = socket.getLocalPort();
        }
        page.visit("api", "http://127.0.0.1:" + refused);
        assertThat(page.source()).isEqualTo("none");
        assertThat(page.seen()).containsExactly("control");
        page.assertNothingThrown();
    }

    @Test
    void withRequestsBlockedANewUserSeesControlAndOneWhoReturnsTheTreatment() throws Exception {
        page.visitInNewTab();
        assertThat(page.shows()).isEqualTo("treatment");
        browser.command("Network.enable", Map.of());
        browser.command("Network.setBlockedURLs", Map.of("urls", List.of(stack.api() + "/*")));
        try {
            page.visit();
            assertThat(page.source()).isEqualTo("storage");
            assertThat(page.seen()).containsExactly("treatment");
            page.assertNothingThrown();

            SdkPage fresh = new SdkPage(stack, "trouble", stack.userIn("trouble", "treatment"));
            fresh.visit();
            assertThat(fresh.source()).isEqualTo("none");
            assertThat(fresh.seen()).containsExactly("control");
            assertThat(browser.<Boolean>ask("page.client.track('blocked')")).isTrue();
            fresh.assertNothingThrown();
        } finally {
            browser.command("Network.setBlockedURLs", Map.of("urls", List.of()));
            browser.command("Network.disable", Map.of());
        }
    }

    @Test
    void inAFrameThatMayStoreNothingTheTreatmentComesFromTheNetwork() throws Exception {
        browser.visit(page.url("frame.html"));
        browser.enterFrame();
        page.awaitShown();
        assertThat(browser.<String>ask("(() => { try { return typeof localStorage } catch (e) { return e.name } })()"))
                .isEqualTo("SecurityError");
        assertThat(page.shows()).isEqualTo("treatment");
        assertThat(page.source()).isEqualTo("network");
        page.assertNothingThrown();
    }

    @Test
    void withAFullStorageItWorksWithoutOne() throws Exception {
        browser.visit(page.url("empty.html"));
        browser.ask(
                """
                (() => {
                  for (const storage of [localStorage, sessionStorage]) {
                    for (let size = 1 << 20, i = 0; size >= 1; ) {
                      try { storage.setItem('full' + i++, 'x'.repeat(size)) } catch { size >>= 1 }
                    }
                  }
                })()""");
        page.visit();
        assertThat(page.shows()).isEqualTo("treatment");
        assertThat(page.source()).isEqualTo("network");
        assertThat(((Map<?, ?>) page.stats().get("config")).get("storageErrors"))
                .isNotEqualTo(0L);
        assertThat(browser.<Map<String, Object>>ask("page.client.flush()")).containsEntry("queued", 0L);
        page.assertNothingThrown();
    }

    @Test
    void whatIsSpoiltInStorageIsFetchedAnew() throws Exception {
        page.visit();
        browser.visit(page.url("empty.html"));
        assertThat(spoil()).as("names in storage").isGreaterThanOrEqualTo(2);
        page.visit();
        assertThat(page.shows()).isEqualTo("treatment");
        assertThat(page.source()).isEqualTo("network");
        page.assertNothingThrown();
        Eventually.within(Stack.PATIENCE, () -> assertThat(
                        browser.<Boolean>ask("Object.values(localStorage).some(v => v.includes('trouble'))"))
                .isTrue());
    }

    private long spoil() {
        return browser.ask(
                """
                (() => {
                  let count = 0
                  for (const storage of [localStorage, sessionStorage]) {
                    for (const name of Object.keys(storage)) {
                      storage.setItem(name, storage.getItem(name).slice(0, -3) + '\\u0000')
                      count++
                    }
                  }
                  return count
                })()""");
    }
}
