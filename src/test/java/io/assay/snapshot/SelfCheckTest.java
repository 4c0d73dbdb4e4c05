package io.assay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.engine.Assigner;
import io.assay.engine.Experiment;
import io.assay.engine.Holdout;
import io.assay.engine.Layer;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Targeting;
import io.assay.engine.Variant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A compiled form that evaluates to anything but the definition is found before it is served. */
class SelfCheckTest {
    private static final Slots HALF = Slots.of(new int[] {0, 5000});
    private static final List<Variant> SPLIT = List.of(Variant.of("control", 5000), Variant.of("blue", 5000));
    private static final List<Variant> THREE =
            List.of(Variant.of("control", 3000), Variant.of("blue", 3000), new Variant("red", 4000, "{}", true));

    private static Snapshot snapshot(Holdout holdout, Experiment... experiments) {
        return new Snapshot(1, holdout, List.of(experiments));
    }

    private static Experiment experiment(Slots slots, List<Variant> variants, Targeting targeting, String override) {
        Layer layer = new Layer("shared", "00000001");
        return new Experiment("id", "a", "00000002", layer, slots, variants, targeting, Map.of("qa", override));
    }

    private static Targeting web() {
        return new Targeting(List.of("web"), List.of(), List.of());
    }

    private static Snapshot plain() {
        return snapshot(null, experiment(Slots.ALL, SPLIT, null, "blue"));
    }

    static List<Snapshot> others() {
        return List.of(
                snapshot(null, experiment(HALF, SPLIT, null, "blue")),
                snapshot(null, experiment(Slots.ALL, List.of(SPLIT.get(1), SPLIT.get(0)), null, "blue")),
                snapshot(null, experiment(Slots.ALL, SPLIT, web(), "blue")),
                snapshot(null, experiment(Slots.ALL, SPLIT, null, "control")),
                snapshot(null, experiment(Slots.ALL, THREE, null, "blue")),
                snapshot(new Holdout("00000003", HALF), experiment(Slots.ALL, SPLIT, null, "blue")));
    }

    @ParameterizedTest
    @MethodSource("others")
    void anotherFormIsFound(Snapshot other) {
        assertThat(new SelfCheck(plain(), Set.of()).problem(new Assigner(other)))
                .isPresent();
        assertThat(new SelfCheck(other, Set.of()).problem(new Assigner(plain())))
                .isPresent();
    }

    @ParameterizedTest
    @MethodSource("others")
    void itsOwnFormIsFine(Snapshot own) {
        assertThat(new SelfCheck(own, Set.of()).problem(new Assigner(own))).isEmpty();
        assertThat(new SelfCheck(own, Set.of("a")).problem(new Assigner(own).killing(Set.of("a"))))
                .isEmpty();
    }

    @Test
    void aKilledExperimentHasToBeKilledInTheFormToo() {
        assertThat(new SelfCheck(plain(), Set.of("a")).problem(new Assigner(plain())))
                .isPresent();
    }
}
