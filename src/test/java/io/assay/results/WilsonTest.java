package io.assay.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WilsonTest {
    /* The first four: R. G. Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3. */
    @ParameterizedTest
    @CsvSource({
        "81, 263, 0.2553, 0.3662",
        "15, 148, 0.0624, 0.1605",
        "0, 20, 0.0000, 0.1611",
        "1, 29, 0.0061, 0.1718",
        "29, 29, 0.8830, 1.0000",
        "0, 0, 0.0000, 1.0000"
    })
    void isTheIntervalOfTheLiterature(long conversions, long users, double low, double high) {
        Wilson interval = Wilson.of(conversions, users);

        assertThat(interval.low()).isCloseTo(low, within(0.00005));
        assertThat(interval.high()).isCloseTo(high, within(0.00005));
    }

    @Test
    void itHoldsTheTrueRateNineteenTimesOfTwenty() {
        Random random = new Random(5);
        int experiments = 4_000;
        int held = 0;
        for (int i = 0; i < experiments; i++) {
            int conversions = 0;
            for (int user = 0; user < 300; user++) {
                conversions += random.nextDouble() < 0.07 ? 1 : 0;
            }
            Wilson interval = Wilson.of(conversions, 300);
            held += interval.low() <= 0.07 && 0.07 <= interval.high() ? 1 : 0;
        }
        assertThat((double) held / experiments)
                .isBetween(0.93, 0.97); // which of the few counts are in is not continuous
    }
}
