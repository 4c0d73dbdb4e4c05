package io.assay.results;

/**
 * The interval in which a rate lies with a confidence of 95 %.
 *
 * @param low its lower end, at least 0
 * @param high its upper end, at most 1
 */
record Wilson(double low, double high) {
    /* E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927): all p for which the observed
    rate lies within z standard deviations sqrt(p (1 - p) / n) of p. Unlike rate ± z sd it stays within [0, 1], is no point
    at a rate of 0 or 1, and holds its confidence at small n and at rare conversions. */
    private static final double Z = 1.959963984540054;

    /** The interval after that many conversions of that many users; of no users anything is possible. */
    static Wilson of(long conversions, long users) {
        if (users == 0) {
            return new Wilson(0, 1);
        }
        double rate = (double) conversions / users;
        double spread = Z * Z / users;
        double centre = (rate + spread / 2) / (1 + spread);
        double half = Z / (1 + spread) * Math.sqrt(rate * (1 - rate) / users + spread / (4.0 * users));
        return new Wilson(
                conversions == 0 ? 0 : Math.max(0, centre - half),
                conversions == users ? 1 : Math.min(1, centre + half));
    }
}
