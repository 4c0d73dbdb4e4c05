package io.assay.engine;

import static io.assay.engine.Experiments.experiment;
import static io.assay.engine.Experiments.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class AssignerTest {
    private static final Attributes NOTHING = new Attributes();

    @Nested
    class Order {
        private final Experiment qa = experiment("x")
                .slots(0, 0)
                .where("country", "in", "SE")
                .override("qa", "treatment_a")
                .build();

        @Test
        void overrideBeatsHoldoutTargetingAndSlots() {
            Holdout everybody = new Holdout("ffffffff", Slots.ALL);
            Assigner assigner = new Assigner(new Snapshot(1, everybody, List.of(qa)));
            assertThat(reason(assigner, "qa")).isEqualTo(Reason.OVERRIDE);
            assertThat(variant(assigner, "qa")).isEqualTo(1);
            assertThat(reason(assigner, "other")).isEqualTo(Reason.HOLDOUT);
        }

        @Test
        void killBeatsOverride() {
            Assigner assigner = new Assigner(snapshot(qa)).killing(Set.of("x"));
            assertThat(reason(assigner, "qa")).isEqualTo(Reason.KILLED);
            assertThat(variant(assigner, "qa")).isEqualTo(Assigner.NOT_IN);
            assertThat(variant(assigner.killing(Set.of()), "qa")).isEqualTo(1);
        }

        @Test
        void targetingIsNamedBeforeTheSlot() {
            Assigner assigner = new Assigner(snapshot(qa));
            assertThat(reason(assigner, "u1")).isEqualTo(Reason.TARGETING);
            assertThat(assigner.explain("u1", Attributes.of(Map.of("country", "SE"))))
                    .extracting(Assignment::reason)
                    .containsExactly(Reason.SLOT);
        }

        @Test
        void overrideToADroppedVariantIsIgnored() {
            Experiment one = experiment("x")
                    .override("qa", "treatment_a")
                    .dropped("treatment_a")
                    .build();
            Assigner assigner = new Assigner(snapshot(one));
            assertThat(reason(assigner, "qa")).isIn(Reason.SPLIT, Reason.DROPPED);
            assertThat(variant(assigner, "qa")).isIn(0, Assigner.NOT_IN);
        }
    }

    @Test
    void droppingAnArmMovesNobodyElse() {
        String salt = Experiments.salt();
        Experiments one = experiment("x").variants(34, 33, 33);
        Assigner before = new Assigner(snapshot(one.build(salt)));
        Assigner after = new Assigner(snapshot(one.dropped("treatment_a").build(salt)));
        assertThat(IntStream.range(0, 2000)).allSatisfy(i -> {
            int was = variant(before, "u" + i);
            assertThat(variant(after, "u" + i)).isEqualTo(was == 1 ? Assigner.NOT_IN : was);
        });
    }

    @Test
    void usersAreInAtMostOneExperimentOfALayer() {
        Layer layer = new Layer("shared", Experiments.salt());
        Assigner assigner = new Assigner(snapshot(
                experiment("a").layer(layer).slots(0, 5000).build(),
                experiment("b").layer(layer).slots(5000, 9000).build()));
        Scratch scratch = new Scratch();
        int[] users = new int[3];
        for (int i = 0; i < 5000; i++) {
            assigner.assign("u" + i, NOTHING, scratch);
            boolean inA = scratch.variants()[0] >= 0;
            boolean inB = scratch.variants()[1] >= 0;
            assertThat(inA && inB).isFalse();
            users[inA ? 0 : inB ? 1 : 2]++;
        }
        assertThat(users).isEqualTo(new int[] {users[0], users[1], 5000 - users[0] - users[1]});
        assertThat(users[2]).isBetween(430, 570);
    }

    @Test
    void sameScratchServesSnapshotsOfAnySize() {
        Scratch scratch = new Scratch();
        Assigner two = new Assigner(snapshot(
                experiment("a").build(), experiment("b").where("age", "gt", 1).build()));
        Assigner one = new Assigner(snapshot(experiment("a").build()));
        assertThat(one.assign("u", NOTHING, scratch)).isTrue();
        assertThat(two.assign("u", Attributes.of(Map.of("age", 2)), scratch)).isTrue();
        assertThat(scratch.variants()[1]).isNotNegative();
        assertThat(two.assign("u", NOTHING, scratch)).isTrue();
        assertThat(scratch.variants()[1]).isEqualTo(Assigner.NOT_IN);
        assertThat(one.assign("u", NOTHING, scratch)).isTrue();
    }

    @Test
    void whoHasNoValidIdIsInNothing() {
        Assigner assigner = new Assigner(snapshot(experiment("a").build()));
        Scratch scratch = new Scratch();
        assertThat(assigner.assign("", NOTHING, scratch)).isFalse();
        assertThat(scratch.variants()[0]).isEqualTo(Assigner.NOT_IN);
        assertThatThrownBy(() -> assigner.explain("\ud800", NOTHING)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ruleOfALaterVersionHoldsForNobody() {
        Assigner assigner =
                new Assigner(snapshot(experiment("a").where("age", "near", 1).build()));
        assertThat(reason(assigner, "u")).isEqualTo(Reason.TARGETING);
    }

    private static int variant(Assigner assigner, String user) {
        Scratch scratch = new Scratch();
        assertThat(assigner.assign(user, NOTHING, scratch)).isTrue();
        return scratch.variants()[0];
    }

    private static Reason reason(Assigner assigner, String user) {
        return assigner.explain(user, NOTHING).get(0).reason();
    }
}
