package io.assay.results;

import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.MeasuredVariant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A stretch of an experiment in which the same variants got new users.
 *
 * @param from its beginning, inclusive
 * @param to its end, exclusive; {@link Long#MAX_VALUE} while it is open
 * @param arms the variants that got new users; none in the minute before a change
 */
record Period(long from, long to, List<MeasuredVariant> arms) {
    /* A client that hears of a drop late still shows the dropped variant: after the change that variant is not among the arms,
    and whom the others got is split as ever. A client whose clock is slow dates new users, none of whom can be in the dropped
    variant, before the change: so the minute before it is left out. A ramp moves nothing: whether a user is enrolled and which
    variant it is are independent hashes. */
    private static final long UNCERTAIN_MILLIS = Duration.ofMinutes(1).toMillis();

    Period {
        arms = List.copyOf(arms);
    }

    /** An experiment from its start to its end, without gaps. One that was never launched has no periods. */
    static List<Period> of(MeasuredExperiment experiment, Map<String, Instant> dropped) {
        List<Period> periods = new ArrayList<>();
        long from = experiment.startMillis();
        for (long change : changes(experiment, dropped)) {
            long certain = Math.max(from, change - UNCERTAIN_MILLIS);
            if (certain > from) {
                periods.add(new Period(from, certain, armsAt(from, experiment, dropped)));
            }
            periods.add(new Period(certain, change, List.of()));
            from = change;
        }
        if (from < experiment.endMillis()) {
            periods.add(new Period(from, experiment.endMillis(), armsAt(from, experiment, dropped)));
        }
        return periods;
    }

    private static List<Long> changes(MeasuredExperiment experiment, Map<String, Instant> dropped) {
        return dropped.values().stream()
                .map(Instant::toEpochMilli)
                .filter(at -> at > experiment.startMillis() && at < experiment.endMillis())
                .distinct()
                .sorted()
                .toList();
    }

    private static List<MeasuredVariant> armsAt(
            long time, MeasuredExperiment experiment, Map<String, Instant> dropped) {
        return experiment.variants().stream()
                .filter(variant -> {
                    Instant at = dropped.get(variant.key());
                    return at == null ? !variant.dropped() : at.toEpochMilli() > time;
                })
                .toList();
    }
}
