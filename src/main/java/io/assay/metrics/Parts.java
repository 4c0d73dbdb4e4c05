package io.assay.metrics;

import java.util.function.Function;
import java.util.function.Supplier;

/** What a {@link Partition} is put together from; the tests put faulty parts in and see that it shows. */
record Parts(Limits limits, Supplier<Watermarks> watermarks, Function<Table, Totals> totals, JoinMaker join) {
    static final Parts SHIPPED = new Parts(Limits.SHIPPED, Watermarks::new, Totals::new, AttributionJoin::new);

    interface JoinMaker {
        AttributionJoin make(Limits limits, Totals totals, FirstExposures firsts);
    }
}
