package io.assay.catalog;

import java.math.BigDecimal;
import java.util.OptionalInt;

/** Percentages of at most two decimals, kept as hundredths: slots and buckets are 0.01 % each. */
final class Percent {
    static final int ALL = 10_000;

    private Percent() {}

    /** 0..10000 for 0..100, or nothing if the number is outside or finer. */
    static OptionalInt hundredths(BigDecimal percent) {
        if (percent.signum() < 0 || percent.compareTo(BigDecimal.valueOf(100)) > 0) {
            return OptionalInt.empty();
        }
        BigDecimal stripped = percent.stripTrailingZeros();
        return stripped.scale() <= 2 ? OptionalInt.of(stripped.movePointRight(2).intValueExact()) : OptionalInt.empty();
    }

    /** As it is written: {@code 50}, {@code 33.34}. */
    static BigDecimal of(int hundredths) {
        BigDecimal percent = BigDecimal.valueOf(hundredths, 2).stripTrailingZeros();
        return percent.scale() < 0 ? percent.setScale(0) : percent;
    }
}
