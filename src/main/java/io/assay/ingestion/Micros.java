package io.assay.ingestion;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Values in millionths: what a client wrote as a decimal, as an exact integer. */
final class Micros {
    private static final int PLACES = 6;
    private static final BigDecimal MAX = new BigDecimal("1e9");
    private static final BigDecimal MIN = MAX.negate();

    private Micros() {}

    static long of(@Nullable Object value) {
        if (!(value instanceof BigDecimal number)) {
            throw new Refusal("invalid_value", "value is no number");
        }
        if (number.scale() > PLACES) {
            throw new Refusal("invalid_value", "value has more than 6 decimal places");
        }
        if (number.compareTo(MAX) > 0 || number.compareTo(MIN) < 0) {
            throw new Refusal("invalid_value", "value is beyond 1000000000");
        }
        return number.signum() == 0 ? 0 : number.movePointRight(PLACES).longValueExact();
    }
}
