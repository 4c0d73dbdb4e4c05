package io.assay.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.engine.Reason;
import io.assay.protocol.SnapshotCodec;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    private final AssayClient client = AssayClient.ofSnapshot(Snapshots.varied());

    private long exposures() {
        return client.stats().events().offered();
    }

    @Nested
    class AUserInAnExperiment {
        @Test
        void getsTheVariantAndIsExposedOnce() {
            for (int i = 0; i < 100; i++) {
                assertThat(client.getVariant("everybody", "u1")).isEqualTo("treatment");
            }
            assertThat(exposures()).isEqualTo(1);
        }

        @Test
        void isNotExposedByALook() {
            assertThat(client.peekVariant("everybody", "u1")).isEqualTo("treatment");
            assertThat(client.getAssignment("everybody", "u1").isIn()).isTrue();
            assertThat(client.getAllAssignments("u1")).hasSize(1);
            assertThat(exposures()).isZero();
            client.logExposure("everybody", "u1");
            client.logExposure("everybody", "u1");
            assertThat(exposures()).isEqualTo(1);
        }

        @Test
        void hasAnAssignmentWithConfigAndReason() {
            Assignment assignment = client.getAssignment("everybody", "u1");
            assertThat(assignment.variant()).isEqualTo("treatment");
            assertThat(assignment.reason()).isEqualTo(AssignmentReason.SPLIT);
            assertThat(assignment.configJson()).isEqualTo("{\"color\":\"green\",\"sizes\":[1,2.50]}");
            assertThat(assignment.config())
                    .isEqualTo(Map.of("color", "green", "sizes", List.of(BigDecimal.ONE, new BigDecimal("2.50"))));
        }

        @Test
        void isExposedOnceThoughMoreUsersComeThanAreRemembered() {
            EventBuffer events = new EventBuffer(10_000, 100, new Trouble());
            Evaluator evaluator = new Evaluator(16, 1 << 20, events);
            evaluator.serve(Serving.of(SnapshotCodec.decode(Snapshots.varied()), Set.of()), SnapshotSource.FIXED);
            for (int round = 0; round < 3; round++) {
                for (int u = 0; u < 5_000; u++) {
                    assertThat(evaluator.variant(evaluator.of("user-" + u), "everybody", true))
                            .isEqualTo("treatment");
                }
            }
            assertThat(events.offered.sum()).isEqualTo(5_000);
        }
    }

    @Nested
    class AUserWhoIsNotIn {
        @Test
        void getsControlAndNoExposure() {
            assertThat(client.getVariant("nobody", "u1")).isEqualTo("control");
            assertThat(client.getVariant("adults", "u1")).isEqualTo("control");
            assertThat(client.getVariant("misspelt", "u1")).isEqualTo("control");
            assertThat(exposures()).isZero();
            assertThat(client.stats().unknownExperiments()).isEqualTo(1);
        }

        @Test
        void isToldWhyAndGetsTheConfigOfControl() {
            assertThat(client.getAssignment("nobody", "u1").reason()).isEqualTo(AssignmentReason.SLOT);
            assertThat(client.getAssignment("nobody", "u1").config()).isEqualTo(Map.of("color", "red"));
            assertThat(client.getAssignment("adults", "u1").reason()).isEqualTo(AssignmentReason.TARGETING);
            assertThat(client.getAssignment("misspelt", "u1").reason()).isEqualTo(AssignmentReason.UNKNOWN_EXPERIMENT);
            assertThat(client.getAssignment("everybody", "a\nb").reason()).isEqualTo(AssignmentReason.INVALID_USER);
        }
    }

    @Test
    void attributesDecideWhereTargetingAsksForThem() {
        User child = User.of("u1", Map.of("age", 12));
        User adult = User.of("u1", Map.of("age", 30, "segments", List.of("a", "b")));
        assertThat(client.getVariant("adults", child)).isEqualTo("control");
        assertThat(client.getVariant("adults", adult)).isEqualTo("treatment");
        assertThat(client.getVariant("adults", User.of("u1", Map.of("age", 30, "segments", List.of("a", "b")))))
                .isEqualTo("treatment");
        assertThat(exposures()).isEqualTo(1);
    }

    @Test
    void aBoundUserAnswersLikeTheClient() {
        AssayUser adult = client.forUser(User.of("u1", Map.of("age", 30)));
        assertThat(adult.getVariant("adults")).isEqualTo("treatment");
        assertThat(adult.getAssignment("everybody").isIn()).isTrue();
        assertThat(adult.getAllAssignments().keySet()).containsExactly("adults", "everybody");
        adult.track("purchase", 1.5);
        assertThat(exposures()).isEqualTo(2);
    }

    @Test
    void anOverrideIsGivenAndNotMeasured() {
        assertThat(client.getVariant("everybody", Snapshots.QA)).isEqualTo("control");
        assertThat(client.getAssignment("everybody", Snapshots.QA).reason()).isEqualTo(AssignmentReason.OVERRIDE);
        client.setOverrides(Map.of("nobody", "treatment", "not_launched", "x"));
        client.setOverrides("u2", Map.of("nobody", "control"));
        assertThat(client.getVariant("nobody", "u1")).isEqualTo("treatment");
        assertThat(client.getVariant("nobody", "u2")).isEqualTo("control");
        assertThat(client.getVariant("not_launched", "u1")).isEqualTo("x");
        assertThat(client.getAllAssignments("u1").keySet()).containsExactly("everybody", "nobody", "not_launched");
        assertThat(exposures()).isZero();
        client.setOverrides(null);
        client.setOverrides("u2", null);
        assertThat(client.getVariant("nobody", "u1")).isEqualTo("control");
    }

    @Test
    void aFixedClientAnswersWhatItWasGiven() {
        try (AssayClient fixed = AssayClient.fixed(Map.of("checkout", "treatment_a"))) {
            assertThat(fixed.awaitReady(null)).isEqualTo(SnapshotSource.FIXED);
            assertThat(fixed.getVariant("checkout", "u1")).isEqualTo("treatment_a");
            assertThat(fixed.getVariant("other", "u1")).isEqualTo("control");
            assertThat(fixed.getAssignment("checkout", "u1").isIn()).isTrue();
            assertThat(fixed.stats().events().offered()).isZero();
        }
    }

    @Test
    void anExposureThatTheServerDecidedIsRecordedByVariant() {
        client.logExposure("elsewhere", "u1", "a");
        client.logExposure("elsewhere", "u1", "a");
        client.logExposure("elsewhere", "u1", "b");
        client.logExposure("elsewhere", "u1", "a");
        assertThat(exposures()).isEqualTo(3);
    }

    @Test
    void nothingThatIsHandedInComesBackAsAnException() {
        String lone = "a\ud800";
        Map<String, Object> self = new HashMap<>();
        self.put("self", self);
        Map<String, Object> hostile = new AbstractMap<>() {
            @Override
            public Set<Entry<String, Object>> entrySet() {
                throw new LinkageError("hostile");
            }
        };
        for (String text : Arrays.asList(null, "", lone, "x".repeat(1_000), "a\u0000")) {
            assertThat(client.getVariant(text, text)).isEqualTo("control");
            assertThat(client.getVariant(text, (User) null)).isEqualTo("control");
            assertThat(client.getVariant(text, User.of(text, hostile))).isEqualTo("control");
            client.getAssignment(text, text);
            client.getAllAssignments(text);
            client.logExposure(text, text, text);
            client.track(text, text, Double.NaN, self);
            client.setOverrides(text, null);
            client.forUser(text).getVariant(text);
        }
        client.setOverrides(null);
        client.track("goal", "u1", 1, self);
        client.track("goal", "u1", 1, hostile);
        client.onConfigChange(null).run();
        for (String url : Arrays.asList(null, "no url at all", "ftp://example.com")) {
            try (AssayClient lost = AssayClient.builder(url, null).build()) {
                assertThat(lost.getVariant("e", "u")).isEqualTo("control");
            }
        }
        assertThat(AssayClient.ofSnapshot(new byte[0]).getVariant("e", "u")).isEqualTo("control");
    }

    @Test
    void aClientThatCannotBeBuiltAnswersControl() {
        Path hostile = (Path) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, arguments) -> {
                    throw new LinkageError("hostile");
                });
        try (AssayClient none = AssayClient.builder("http://127.0.0.1:1", "key")
                .snapshotFile(hostile)
                .build()) {
            assertThat(none.getVariant("everybody", "u1")).isEqualTo("control");
            assertThat(none.stats().failures()).isEqualTo(1);
            assertThat(none.stats().lastError()).contains("hostile");
        }
    }

    @Nested
    class WhatIsRemembered {
        private final EventBuffer events = new EventBuffer(5, 100, new Trouble());
        private final Evaluator evaluator = new Evaluator(64, 1 << 10, events);

        WhatIsRemembered() {
            evaluator.serve(Serving.of(SnapshotCodec.decode(Snapshots.varied()), Set.of()), SnapshotSource.FIXED);
        }

        private void show(int users) {
            for (int u = 0; u < users; u++) {
                evaluator.variant(evaluator.of("user-" + u), "everybody", true);
            }
        }

        @Test
        void isNoUserWhoIsNone() {
            String tooLong = "x".repeat(1_000);
            assertThat(evaluator.of("u1")).isSameAs(evaluator.of("u1"));
            assertThat(evaluator.of(tooLong)).isNotSameAs(evaluator.of(tooLong));
            assertThat(evaluator.of("")).isNotSameAs(evaluator.of(""));
        }

        @Test
        void isNoUserOfManyWords() {
            User small = User.of("u1", Map.of("segment", "x".repeat(1_000)));
            User large = User.of("u1", Map.of("segment", "x".repeat(10_000)));
            User many = User.of("u1", Map.of("segments", Collections.nCopies(10_000, 1)));
            assertThat(evaluator.of(small)).isSameAs(evaluator.of(small));
            assertThat(evaluator.of(large)).isNotSameAs(evaluator.of(large));
            assertThat(evaluator.of(many)).isNotSameAs(evaluator.of(many));
        }

        @Test
        void isNoExposureThatHadToMakeRoom() {
            show(12);
            show(12);
            assertThat(events.offered.sum()).isEqualTo(12);
            evaluator.recordLostAgain();
            show(7);
            assertThat(events.offered.sum())
                    .as("user-0 to user-6 had made room")
                    .isEqualTo(19);
            show(7);
            assertThat(events.offered.sum()).isEqualTo(19);
        }
    }

    @Test
    void attributesAreCopiedAsTargetingReadsThem() {
        int[] numbers = {1, 2};
        User user = User.of("u1", Map.of("a", numbers, "b", Reason.SPLIT, "c", 'x', "d", new char[] {'y'}));
        numbers[0] = 3;
        assertThat(user)
                .isEqualTo(User.of("u1", Map.of("a", List.of(1, 2), "b", "SPLIT", "c", "x", "d", List.of("y"))))
                .isNotEqualTo(User.of("u1", Map.of("a", numbers, "b", "SPLIT", "c", "x", "d", List.of("y"))));
        assertThat(client.getVariant("adults", User.of("u1", Map.of("age", new int[] {30}))))
                .isEqualTo(client.getVariant("adults", User.of("u1", Map.of("age", List.of(30)))));
    }

    @Test
    void aStackThatIsAtItsEndGivesControl() {
        assertThat(variantOfSomeone(client)).as("while there is room").isEqualTo("control");
        assertThat(deep(client)).isEqualTo("control");
    }

    private static String deep(AssayClient client) {
        try {
            return deep(client);
        } catch (StackOverflowError atTheEnd) {
            return variantOfSomeone(client);
        }
    }

    private static String variantOfSomeone(AssayClient client) {
        return client.getVariant("nobody", "someone-" + System.nanoTime());
    }

    @Test
    void aUserSeenBeforeCostsNoMemory() {
        AssayClient many = AssayClient.ofSnapshot(Snapshots.many(500));
        String[] users = IntStream.range(0, 1_000).mapToObj(u -> "user-" + u).toArray(String[]::new);
        AssayUser bound = many.forUser(User.of("bound", Map.of("age", 30)));
        User known = User.of("known", Map.of("age", 30));
        long warm = calls(many, users, bound, known);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long again = calls(many, users, bound, known);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(again).isEqualTo(warm);
        assertThat(bytes).as("bytes of 90,000 calls").isLessThan(10_000);
    }

    private static long calls(AssayClient client, String[] users, AssayUser bound, User known) {
        long treated = 0;
        for (int round = 0; round < 30; round++) {
            for (String user : users) {
                treated += client.getVariant("e0007", user).length();
                treated += bound.getVariant("e0008").length();
                treated += client.getVariant("e0009", known).length();
            }
        }
        return treated;
    }
}
