package io.assay.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ChiSquareTest {
    private static final double[] HALVES = {50, 50};

    @Test
    void isPearsonsStatistic() {
        ChiSquare fit = ChiSquare.of(HALVES, new long[] {5_100, 4_900});

        assertThat(fit).isEqualTo(new ChiSquare(4, 1));
        assertThat(fit.pValue()).isCloseTo(0.0455003, within(1e-7));
    }

    @Test
    void sharesNeedNotSumToOne() {
        assertThat(ChiSquare.of(new double[] {50, 30}, new long[] {500, 300})).isEqualTo(new ChiSquare(0, 1));
    }

    /* Mendel's peas, 315 : 108 : 101 : 32 where 9 : 3 : 3 : 1 is expected: the textbook's 0.470 and 0.925. */
    @Test
    void mendelsPeasAreAsMendelSaid() {
        ChiSquare fit = ChiSquare.of(new double[] {9, 3, 3, 1}, new long[] {315, 108, 101, 32});

        assertThat(fit.statistic()).isCloseTo(0.470, within(0.0005));
        assertThat(fit.degrees()).isEqualTo(3);
        assertThat(fit.pValue()).isCloseTo(0.925, within(0.0005));
    }

    @Test
    void independentOnesAddUp() {
        assertThat(new ChiSquare(4, 1).plus(new ChiSquare(1.5, 3))).isEqualTo(new ChiSquare(5.5, 4));
        assertThat(new ChiSquare(4, 1).plus(ChiSquare.NONE)).isEqualTo(new ChiSquare(4, 1));
    }

    @Test
    void fewerThanFiveTellNothing() {
        assertThat(ChiSquare.of(HALVES, new long[] {9, 0})).isEqualTo(ChiSquare.NONE);
        assertThat(ChiSquare.of(HALVES, new long[] {0, 0}).pValue()).isNull();
        assertThat(ChiSquare.of(HALVES, new long[] {10, 0})).isEqualTo(new ChiSquare(10, 1));
    }

    @Test
    void smallArmsAreTakenTogether() {
        ChiSquare two =
                ChiSquare.of(new double[] {96, 2, 1, 1}, new long[] {95, 2, 2, 1}); // 96, and 4 of the other three
        ChiSquare three = ChiSquare.of(new double[] {94, 3, 3}, new long[] {94, 2, 4}); // 94 and 3 + 3

        assertThat(two).as("4 are too few").isEqualTo(ChiSquare.NONE);
        assertThat(three).isEqualTo(new ChiSquare(0, 1));
        assertThat(ChiSquare.of(new double[] {1, 1, 1}, new long[] {4, 5, 3}))
                .as("what is left over goes to the largest")
                .isEqualTo(ChiSquare.NONE);
    }

    @Test
    void whatShouldHaveNothingIsLeftOut() {
        assertThat(ChiSquare.of(new double[] {50, 50, 0}, new long[] {50, 50, 7}))
                .isEqualTo(new ChiSquare(0, 1));
    }
}
