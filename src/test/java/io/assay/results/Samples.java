package io.assay.results;

import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.MetricTotals;
import io.assay.analytics.ServedTotals;
import io.assay.analytics.VariantTotals;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.MeasuredVariant;
import io.assay.catalog.Metric;
import io.assay.catalog.Status;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An experiment with known totals. */
final class Samples {
    static final Instant AS_OF = Instant.parse("2026-03-10T12:00:00Z");
    static final MeasuredExperiment BUTTON = new MeasuredExperiment(
            "k3v9q0x1m2ab",
            "button",
            Status.ACTIVE,
            List.of(
                    new MeasuredVariant("control", new BigDecimal("50.00"), false),
                    new MeasuredVariant("green", new BigDecimal("33.34"), false),
                    new MeasuredVariant("blue", new BigDecimal("16.66"), true)),
            List.of(
                    new Metric("signup", "signup", Metric.Kind.CONVERSION, null),
                    new Metric("revenue_30d", "purchase", Metric.Kind.SUM, 30 * 86_400_000L)),
            Instant.parse("2026-01-01T00:00:00Z").toEpochMilli(),
            Instant.parse("2026-02-01T00:00:00Z").toEpochMilli());

    private Samples() {}

    static TotalsReport report() {
        return new TotalsReport(BUTTON, totals(), Optional.empty());
    }

    /** Of 1,000 users 40 more than expected got control. */
    static SampleRatio ratio() {
        List<Period> periods = Period.of(BUTTON, Map.of());
        return SampleRatio.of(periods, List.of(Map.of("control", 640L, "green", 360L, "blue", 3L)));
    }

    static ServedTotals totals() {
        VariantTotals control = new VariantTotals(
                250_000,
                731_204,
                Map.of(
                        "signup",
                        new MetricTotals(12_500, 12_911, BigInteger.ZERO, BigInteger.ZERO),
                        "revenue_30d",
                        new MetricTotals(
                                9_120,
                                11_002,
                                new BigInteger("875000000000"),
                                new BigInteger("93411200250000000000"))));
        ExperimentTotals totals =
                new ExperimentTotals(Map.of("control", control), Map.of(), 12, 3, Map.of("too_old", 3L, "late", 1L));
        return new ServedTotals(totals, AS_OF, AS_OF.minusSeconds(73 * 3600));
    }
}
