package io.assay.ingestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SdksTest {
    private final Sdks sdks = new Sdks();

    @Test
    void areLabelledByNameAndVersion() {
        assertThat(sdks.label("java/0.1.0")).isEqualTo("java/0.1.0");
        assertThat(sdks.label("our-own/2")).isEqualTo("our-own/2");
        assertThat(sdks.label(null)).isEqualTo("none");
        assertThat(sdks.label("")).isEqualTo("other");
        assertThat(sdks.label("java/1\nassay_up 0")).isEqualTo("other");
        assertThat(sdks.label("x".repeat(128))).isEqualTo("other");
    }

    @Test
    void areNotMoreThanMetersCanHoldAndJunkKeepsNoneOfOursOut() {
        Set<String> labels = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            labels.add(sdks.label("junk/" + i));
        }
        assertThat(labels).hasSize(Sdks.VERSIONS_EACH + 1).contains("other");
        assertThat(sdks.label("js/0.1.0")).isEqualTo("js/0.1.0");
        assertThat(sdks.label("junk/3")).isEqualTo("junk/3");
    }
}
