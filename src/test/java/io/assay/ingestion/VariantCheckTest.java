package io.assay.ingestion;

import static io.assay.ingestion.VariantCheck.Outcome.NOT_ENROLLED;
import static io.assay.ingestion.VariantCheck.Outcome.OTHER_VARIANT;
import static io.assay.ingestion.VariantCheck.Outcome.SAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.assay.engine.Assigner;
import io.assay.engine.Attributes;
import io.assay.engine.Experiment;
import io.assay.engine.Holdout;
import io.assay.engine.Layer;
import io.assay.engine.Scratch;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Variant;
import io.assay.protocol.Exposure;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VariantCheckTest {
    private static final List<Variant> ARMS =
            List.of(Variant.of("control", 3_000), Variant.of("blue", 0), Variant.of("green", 7_000));
    private static final Experiment EXPERIMENT = new Experiment(
            "aaaaaaaaaaaa",
            "button",
            "9f8e7d6c",
            new Layer("shared", "3f2a9c1e"),
            Slots.of(new int[] {1_000, 6_000}),
            ARMS,
            null,
            Map.of("tester", "control"));

    private Snapshot served =
            new Snapshot(1, new Holdout("00c0ffee", Slots.of(new int[] {0, 500})), List.of(EXPERIMENT));
    private final VariantCheck check = new VariantCheck(() -> served);

    private VariantCheck.Outcome compare(String user, String variant) {
        return check.compare(new Exposure("i", user, "aaaaaaaaaaaa", variant, 0));
    }

    @Test
    void agreesWithTheAssignerOnEveryUser() {
        Assigner assigner = new Assigner(served);
        Scratch scratch = new Scratch();
        for (int i = 0; i < 5_000; i++) {
            String user = "user" + i;
            assigner.assign(user, new Attributes(), scratch);
            int given = scratch.variants()[0];
            if (given == Assigner.NOT_IN) {
                assertThat(compare(user, "control")).isEqualTo(NOT_ENROLLED);
            } else {
                assertThat(compare(user, ARMS.get(given).key())).isEqualTo(SAME);
                assertThat(compare(user, "blue")).isEqualTo(OTHER_VARIANT);
            }
        }
    }

    @Test
    void hasNothingToSayOfOverridesAndOfExperimentsThatAreNotServed() {
        assertThat(compare("tester", "green")).isNull();
        served = new Snapshot(2, null, List.of());
        assertThat(compare("user1", "green")).isNull();
    }
}
