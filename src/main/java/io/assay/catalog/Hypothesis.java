package io.assay.catalog;

import io.assay.engine.Slots;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a running experiment would become by a change that is refused; in a transaction that is rolled back. */
final class Hypothesis {
    private Hypothesis() {}

    /** Under its own key, whatever is wanted: another's is served already. */
    static Future<StoredExperiment> of(Write write, StoredExperiment current, Definition asked) {
        Definition wanted = asked.withKey(current.key());
        @Nullable Integer rollout = wanted.rollout();
        if (Objects.equals(current.definition().layer(), wanted.layer())) {
            StoredExperiment same = current.with(wanted);
            if (rollout != null && rollout <= current.slots().size()) {
                return Future.succeededFuture(same.withSlots(first(current.slots(), rollout)));
            }
            return LayerRows.lock(write, same.layer()).map(book -> enrolled(same, book, rollout));
        }
        return LayerRows.join(write, wanted.layer())
                .map(layer -> current.with(wanted).with(layer).withSlots(Slots.NONE))
                .compose(moved -> LayerRows.lock(write, moved.layer()).map(book -> enrolled(moved, book, rollout)));
    }

    /** With as many slots as it asks for or as are free. */
    private static StoredExperiment enrolled(StoredExperiment experiment, SlotBook book, @Nullable Integer rollout) {
        int free = book.free();
        int has = book.of(experiment.id()).size();
        book.take(experiment.id(), rollout == null ? free : Math.min(free, Math.max(0, rollout - has)));
        return experiment.withSlots(book.of(experiment.id()));
    }

    private static Slots first(Slots slots, int count) {
        List<int[]> ranges = new ArrayList<>();
        int left = count;
        for (int[] range : slots.ranges()) {
            int size = Math.min(left, range[1] - range[0]);
            ranges.add(new int[] {range[0], range[0] + size});
            left -= size;
        }
        return Slots.of(ranges.toArray(int[][]::new));
    }
}
