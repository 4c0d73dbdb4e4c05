package io.assay.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.Eventually;
import java.awt.image.BufferedImage;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What users of an experiment's page see, frame by frame. */
abstract class FlickerClaims {
    private static final String PAINTED =
            "performance.getEntriesByName('first-contentful-paint').map(e => e.startTime)[0] ?? 0";
    private static final int GREEN = 0xff008000;

    private final Stack stack;
    private final Browser browser;
    private SdkPage page;

    FlickerClaims(Stack stack) {
        this.stack = stack;
        this.browser = stack.browser;
    }

    @BeforeEach
    void aUserOfTheTreatment() {
        if (!stack.server.get("/assignments?user_id=x&keys=flicker").text().contains("flicker")) {
            stack.launch(Stack.colours("flicker"));
        }
        page = new SdkPage(stack, "flicker", stack.userIn("flicker", "treatment"));
    }

    @Test
    void aFirstVisitShowsNothingUntilItShowsTheTreatment() throws Exception {
        page.visit();
        assertThat(page.source()).isEqualTo("network");
        assertThat(page.seen()).containsExactly("treatment");
        page.assertNothingThrown();
    }

    @Test
    void aReturnVisitShowsTheTreatmentFromTheFirstPaintOn() throws Exception {
        page.visit();
        page.visitInNewTab();
        assertThat(page.source()).isEqualTo("storage");
        assertThat(page.seen()).containsExactly("treatment");
        assertThat(browser.<Boolean>ask("page.frames.every(f => f.visible)"))
                .as("nothing was hidden")
                .isTrue();
        Eventually.within(Stack.PATIENCE, () -> assertThat(number(PAINTED)).isPositive());
        assertThat(number("page.shownAt")).isLessThan(number(PAINTED));
        assertThat(pixel("return-visit")).isEqualTo(GREEN);
        page.assertNothingThrown();
    }

    /** Else the two above would pass whatever the SDK does. */
    @Test
    void aPageThatDoesNotWaitFlickersAndTheFramesTell() throws Exception {
        page.visit("careless", "yes");
        assertThat(page.seen()).containsExactly("control", "treatment");
    }

    private double number(String expression) {
        return browser.<Number>ask(expression).doubleValue();
    }

    private int pixel(String name) throws IOException {
        BufferedImage image = ImageIO.read(browser.screenshot(name).toFile());
        return image.getRGB(image.getWidth() / 2, image.getHeight() / 2);
    }
}
