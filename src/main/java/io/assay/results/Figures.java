package io.assay.results;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** The figures of results as decimals: sums exact, ratios rounded half-even to 6 places. */
final class Figures {
    private static final int MICRO_PLACES = 6;
    private static final int RATIO_PLACES = 6;
    private static final int MONEY_PLACES = 2;
    private static final int RATE_PLACES = 3;
    private static final int STATISTIC_PLACES = 3;

    private Figures() {}

    static BigDecimal sum(BigInteger micros) {
        return shown(new BigDecimal(micros, MICRO_PLACES), MONEY_PLACES);
    }

    static BigDecimal sumOfSquares(BigInteger squareMicros) {
        return shown(new BigDecimal(squareMicros, 2 * MICRO_PLACES), MONEY_PLACES);
    }

    static BigDecimal rate(long conversions, long exposures) {
        return shown(ratio(BigDecimal.valueOf(conversions), exposures), RATE_PLACES);
    }

    static BigDecimal meanPerUser(BigInteger micros, long exposures) {
        return shown(ratio(new BigDecimal(micros, MICRO_PLACES), exposures), MONEY_PLACES);
    }

    /** A percentage as it was given: 50, 33.34. */
    static BigDecimal percent(BigDecimal percent) {
        return shown(percent, 0);
    }

    /** A part of a whole that was computed with floating point. */
    static BigDecimal ratio(double part) {
        return shown(new BigDecimal(part).setScale(RATIO_PLACES, RoundingMode.HALF_EVEN), 0);
    }

    /** How likely chance alone does that; null as long as there is too little to tell. */
    static @Nullable BigDecimal pValue(ChiSquare fit) {
        Double p = fit.pValue();
        return p == null ? null : ratio(p);
    }

    static BigDecimal statistic(double number) {
        return shown(new BigDecimal(number).setScale(STATISTIC_PLACES, RoundingMode.HALF_EVEN), 0);
    }

    private static BigDecimal ratio(BigDecimal part, long whole) {
        return whole == 0
                ? BigDecimal.ZERO
                : part.divide(BigDecimal.valueOf(whole), RATIO_PLACES, RoundingMode.HALF_EVEN);
    }

    /** The same number without useless zeros, but with so many places at least. */
    private static BigDecimal shown(BigDecimal number, int places) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.setScale(Math.max(places, stripped.scale()), RoundingMode.UNNECESSARY);
    }
}
