package io.assay.browser;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is claimed of real browsers: one node and one Chromium for all of it. */
class BrowserIT {
    @TempDir
    static Path folder;

    static Stack stack;

    /** A page that shows nothing doesn't say why; the console does. */
    @RegisterExtension
    static final AfterTestExecutionCallback CONSOLE = context -> context.getExecutionException()
            .ifPresent(failure -> failure.addSuppressed(new AssertionError("the console: " + stack.browser.console())));

    @BeforeAll
    static void starts() throws Exception {
        stack = new Stack(folder.resolve("data"));
    }

    @AfterEach
    void nothingGoesOn() {
        stack.browser.closeTabs();
    }

    @AfterAll
    static void stops() {
        stack.close();
    }

    @Nested
    class OfrepWeb extends OfrepWebClaims {
        OfrepWeb() {
            super(stack);
        }
    }

    @Nested
    class Flicker extends FlickerClaims {
        Flicker() {
            super(stack);
        }
    }

    @Nested
    class Session extends SessionClaims {
        Session() {
            super(stack);
        }
    }

    @Nested
    class Trouble extends TroubleClaims {
        Trouble() {
            super(stack);
        }
    }

    @Nested
    class Example extends ExampleClaims {
        Example() {
            super(stack);
        }
    }
}
