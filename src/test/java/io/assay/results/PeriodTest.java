package io.assay.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.MeasuredVariant;
import io.assay.catalog.Status;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PeriodTest {
    private static final long START = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
    private static final long MINUTE = 60_000;
    private static final long DAY = 24 * 60 * MINUTE;
    private static final List<MeasuredVariant> ARMS = Stream.of("control", "a", "b")
            .map(key -> new MeasuredVariant(key, new BigDecimal("33.33"), false))
            .toList();

    private static MeasuredExperiment experiment(long start, long end) {
        return new MeasuredExperiment("k3v9q0x1m2ab", "x", Status.ACTIVE, ARMS, List.of(), start, end);
    }

    private static List<Period> periods(Map<String, Instant> dropped) {
        return Period.of(experiment(START, Long.MAX_VALUE), dropped);
    }

    private static Instant at(long sinceStart) {
        return Instant.ofEpochMilli(START + sinceStart);
    }

    private static Period period(long from, long to, String... arms) {
        List<MeasuredVariant> own =
                ARMS.stream().filter(arm -> List.of(arms).contains(arm.key())).toList();
        return new Period(START + from, to == Long.MAX_VALUE ? to : START + to, own);
    }

    @Test
    void withoutAChangeThereIsOne() {
        assertThat(periods(Map.of())).containsExactly(period(0, Long.MAX_VALUE, "control", "a", "b"));
        assertThat(Period.of(experiment(START, START + DAY), Map.of()))
                .containsExactly(period(0, DAY, "control", "a", "b"));
    }

    @Test
    void aDroppedVariantIsAnArmUpToAMinuteBefore() {
        assertThat(periods(Map.of("b", at(DAY))))
                .containsExactly(
                        period(0, DAY - MINUTE, "control", "a", "b"),
                        period(DAY - MINUTE, DAY),
                        period(DAY, Long.MAX_VALUE, "control", "a"));
    }

    @Test
    void eachDropBeginsAPeriodButTwoAtOnceOnlyOne() {
        assertThat(periods(Map.of("a", at(2 * DAY), "b", at(DAY))))
                .hasSize(5)
                .last()
                .isEqualTo(period(2 * DAY, Long.MAX_VALUE, "control"));
        assertThat(periods(Map.of("a", at(DAY), "b", at(DAY)))).hasSize(3);
    }

    @Test
    void dropsWithinAMinuteLeaveNoPeriodBetweenThem() {
        assertThat(periods(Map.of("a", at(DAY), "b", at(DAY + MINUTE / 2))))
                .containsExactly(
                        period(0, DAY - MINUTE, "control", "a", "b"),
                        period(DAY - MINUTE, DAY),
                        period(DAY, DAY + MINUTE / 2),
                        period(DAY + MINUTE / 2, Long.MAX_VALUE, "control"));
    }

    @Test
    void aDropBeforeTheStartOrAfterTheEndIsNoChange() {
        assertThat(periods(Map.of("b", at(-DAY)))).containsExactly(period(0, Long.MAX_VALUE, "control", "a"));
        assertThat(Period.of(experiment(START, START + DAY), Map.of("b", at(2 * DAY))))
                .containsExactly(period(0, DAY, "control", "a", "b"));
    }

    @Test
    void whatWasNeverLaunchedHasNone() {
        assertThat(Period.of(experiment(Long.MAX_VALUE, Long.MAX_VALUE), Map.of()))
                .isEmpty();
    }
}
