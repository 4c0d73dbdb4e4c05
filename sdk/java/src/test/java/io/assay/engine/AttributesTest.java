package io.assay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttributesTest {
    private static final Rule IS_THERE = new Rule("a", "exists", List.of());
    private static final Rule IS_X = new Rule("a", "in", List.of("x", "2"));

    @Test
    void namesGivenSeveralTimesHoldAList() {
        Attributes attributes =
                new Attributes().add("a", "w").add("b", "y").add("a", "x").add("a", "z");
        assertThat(IS_X.holds(attributes)).isTrue();
        attributes.clear();
        assertThat(IS_THERE.holds(attributes)).isFalse();
        assertThat(IS_X.holds(attributes.add("a", "w"))).isFalse();
    }

    @Test
    void whatCannotBeReadIsMissing() {
        for (Object value :
                Arrays.asList(null, Double.NaN, Double.POSITIVE_INFINITY, new BigDecimal("1e999"), "\ud800x")) {
            Map<String, Object> map = new HashMap<>();
            map.put("a", value);
            assertThat(IS_THERE.holds(Attributes.of(map))).as("%s", value).isFalse();
        }
    }

    @Test
    void objectsAndListsInListsAreThereAndEqualNothing() {
        for (Object value : List.of(Map.of("x", 1), List.of(List.of("x")), List.of())) {
            Attributes attributes = Attributes.of(Map.of("a", value));
            assertThat(IS_THERE.holds(attributes)).isTrue();
            assertThat(IS_X.holds(attributes)).isFalse();
        }
    }

    @Test
    void allKindsOfNumbersAreNumbers() {
        for (Object two : List.of(2, 2L, 2.0f, 2.0, (short) 2, new BigDecimal("2.000"))) {
            assertThat(IS_X.holds(Attributes.of(Map.of("a", two)))).isTrue();
        }
    }

    @Test
    void manyNamesFit() {
        Attributes attributes = new Attributes();
        for (int i = 0; i < 100; i++) {
            attributes.add("n" + i, "v");
        }
        assertThat(IS_X.holds(attributes.put("a", "x"))).isTrue();
    }
}
