package io.assay.catalog;

import io.assay.engine.Attributes;
import io.assay.engine.Experiment;
import io.assay.engine.Holdout;
import io.assay.engine.Rule;
import io.assay.engine.Snapshot;
import io.assay.engine.Targeting;
import io.assay.platform.FieldError;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a patch would do.
 *
 * @param after the experiment as it would be
 * @param impact whom of a sample it would move
 * @param snapshot everything that would be served
 * @param refused why it is not done: what would move users between variants, or out; empty if it would be done
 */
public record Preview(StoredExperiment after, Impact impact, Snapshot snapshot, List<FieldError> refused) {
    private static final Targeting NOBODY =
            new Targeting(List.of(), List.of(), List.of(new Rule("never", "exists", List.of())));
    private static final Attributes NOTHING = new Attributes();

    public Preview {
        refused = List.copyOf(refused);
    }

    /* Where no attributes are given it is not known for whom the targeting holds. While it stays as it is, it is taken to hold
    for everybody: shares are then shares of the users that are meant. Where it changes, it may hold for a user before and
    not after, or the other way round, or both; the worst of these is what is counted. */
    static Impact impact(
            @Nullable Experiment before,
            @Nullable Experiment after,
            @Nullable Holdout holdout,
            @Nullable Attributes known) {
        if (known != null) {
            return Sample.compare(snapshot(before, holdout), snapshot(after, holdout), known);
        }
        Targeting old = before == null ? null : before.targeting();
        Targeting now = after == null ? null : after.targeting();
        Impact impact = assuming(ifAny(before, null), ifAny(after, null), holdout);
        if (before == null || after == null || Objects.equals(old, now)) {
            return impact;
        }
        if (now != null) {
            impact = impact.orWorse(assuming(targeting(before, null), targeting(after, NOBODY), holdout));
        }
        if (old != null) {
            impact = impact.orWorse(assuming(targeting(before, NOBODY), targeting(after, null), holdout));
        }
        return impact;
    }

    private static Impact assuming(@Nullable Experiment before, @Nullable Experiment after, @Nullable Holdout holdout) {
        return Sample.compare(snapshot(before, holdout), snapshot(after, holdout), NOTHING);
    }

    private static Snapshot snapshot(@Nullable Experiment only, @Nullable Holdout holdout) {
        return new Snapshot(
                0,
                holdout,
                Stream.ofNullable(only).map(Experiment::withoutOverrides).toList());
    }

    private static @Nullable Experiment ifAny(@Nullable Experiment one, @Nullable Targeting targeting) {
        return one == null ? null : targeting(one, targeting);
    }

    /** The same experiment for other users. */
    static Experiment targeting(Experiment one, @Nullable Targeting targeting) {
        return new Experiment(
                one.id(), one.key(), one.salt(), one.layer(), one.slots(), one.variants(), targeting, one.overrides());
    }

    /** What would be served, of what is served now and that experiment as it would be. */
    static Snapshot snapshot(List<StoredExperiment> served, StoredExperiment after, @Nullable Holdout holdout) {
        Stream<Experiment> others =
                served.stream().filter(other -> !other.id().equals(after.id())).map(Served::experiment);
        List<Experiment> all = Stream.concat(others, Stream.ofNullable(Served.of(after)))
                .sorted(Comparator.comparing(Experiment::key))
                .toList();
        return new Snapshot(0, holdout, all);
    }
}
