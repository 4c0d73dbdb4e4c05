package io.assay.catalog;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * How many of a sample of users a change moves.
 *
 * @param enter into an experiment that they were not in
 * @param leave one that they were in
 * @param change from one variant to another
 * @param moved any of these; each user once
 */
public record Impact(int sample, int enter, int leave, int change, int moved) {
    private static final int DECIMALS = 5;

    /** The most of each, of two cases of which it is not known which one it will be. */
    Impact orWorse(Impact other) {
        return new Impact(
                sample,
                Math.max(enter, other.enter),
                Math.max(leave, other.leave),
                Math.max(change, other.change),
                Math.max(moved, other.moved));
    }

    /** A count as a share of the sample, 0 to 1. */
    public BigDecimal share(int count) {
        BigDecimal share = BigDecimal.valueOf(count)
                .divide(BigDecimal.valueOf(sample), DECIMALS, RoundingMode.HALF_EVEN)
                .stripTrailingZeros();
        return share.scale() < 0 ? share.setScale(0) : share;
    }

    /** A count in percent of the sample, of two decimals. */
    BigDecimal percent(int count) {
        return Percent.of(BigDecimal.valueOf(count)
                .multiply(BigDecimal.valueOf(Percent.ALL))
                .divide(BigDecimal.valueOf(sample), 0, RoundingMode.HALF_EVEN)
                .intValueExact());
    }
}
