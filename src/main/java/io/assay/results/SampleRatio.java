package io.assay.results;

import io.assay.catalog.MeasuredVariant;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether users are split as the allocations say: whom each variant got first, period by period. */
record SampleRatio(List<Counted> periods) {
    SampleRatio {
        periods = List.copyOf(periods);
    }

    /** One period and, by variant, the users whose first exposure of all was in it. */
    record Counted(Period period, Map<String, Long> users) {
        Counted {
            users = Map.copyOf(users);
        }

        long users(String variant) {
            return users.getOrDefault(variant, 0L);
        }

        private double[] shares() {
            return period.arms().stream()
                    .map(MeasuredVariant::allocationPercent)
                    .mapToDouble(BigDecimal::doubleValue)
                    .toArray();
        }

        ChiSquare fit() {
            long[] counts =
                    period.arms().stream().mapToLong(arm -> users(arm.key())).toArray();
            return ChiSquare.of(shares(), counts);
        }

        /** How many users that arm should have of those that all arms of the period got. */
        double expected(MeasuredVariant arm) {
            double whole = 0;
            for (double share : shares()) {
                whole += share;
            }
            long all = period.arms().stream().mapToLong(a -> users(a.key())).sum();
            return whole == 0 ? 0 : arm.allocationPercent().doubleValue() / whole * all;
        }
    }

    /** The periods of an experiment with their users, in the same order; those that tell nothing are left out. */
    static SampleRatio of(List<Period> periods, List<Map<String, Long>> users) {
        List<Counted> counted = new ArrayList<>();
        for (int i = 0; i < periods.size(); i++) {
            if (!periods.get(i).arms().isEmpty()) {
                counted.add(new Counted(periods.get(i), users.get(i)));
            }
        }
        return new SampleRatio(counted);
    }

    /** All periods together. */
    ChiSquare fit() {
        return periods.stream().map(Counted::fit).reduce(ChiSquare.NONE, ChiSquare::plus);
    }
}
