package io.assay.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Users are assigned by the engine; seeds are fixed, and bands are those of a binomial at z = 3.29. */
class SampleRatioTest {
    private static final int SEEDS = 200;
    private static final double ALARM = 0.001;
    private static final List<SimulatedExperiment> SOUND = LongStream.range(0, SEEDS)
            .mapToObj(seed -> new SimulatedExperiment(seed, (user, variant) -> true))
            .toList();

    private static double[] pValues(ToDoubleFunction<SimulatedExperiment> test) {
        return SOUND.stream().mapToDouble(test).toArray();
    }

    private static int below(double bound, double[] pValues) {
        int count = 0;
        for (double p : pValues) {
            assertThat(p).isBetween(0.0, 1.0);
            count += p < bound ? 1 : 0;
        }
        return count;
    }

    @Test
    void rampsDroppedArmsAndOverridesRaiseNoFalseAlarm() {
        double[] pValues = pValues(SimulatedExperiment::pValue);

        assertThat(below(ALARM, pValues)).isLessThanOrEqualTo(1); // 0.2 ± 1.5
        assertThat(below(0.05, pValues)).isLessThanOrEqualTo(20); // 10 ± 10.1
        assertThat(below(0.5, pValues)).isBetween(77, 123); // 100 ± 23.3
    }

    @Test
    void itIsThePeriodsThatKeepDropsFromRaisingOne() {
        assertThat(below(ALARM, pValues(SimulatedExperiment::pValueWithoutPeriods)))
                .isGreaterThan(SEEDS * 9 / 10);
    }

    @Test
    void itIsLeavingThemOutThatKeepsOverridesFromRaisingOne() {
        assertThat(below(ALARM, pValues(SimulatedExperiment::pValueWithOverrides)))
                .isGreaterThan(SEEDS * 9 / 10);
    }

    @Test
    void anArmThatLosesAThirdOfItsUsersIsFound() {
        int found = 0;
        for (long seed = 0; seed < SEEDS / 4; seed++) {
            SimulatedExperiment broken =
                    new SimulatedExperiment(seed, (user, variant) -> !variant.equals("a") || user.hashCode() % 3 != 0);
            found += broken.pValue() < ALARM ? 1 : 0;
        }
        assertThat(found).isGreaterThan(SEEDS / 4 * 9 / 10);
    }
}
