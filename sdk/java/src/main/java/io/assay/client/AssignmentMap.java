package io.assay.client;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The experiments that a user is in, as a map over an evaluation: made at once, whatever the number of experiments. */
final class AssignmentMap extends AbstractMap<String, Assignment> {
    private final Evaluation evaluation;

    AssignmentMap(Evaluation evaluation) {
        this.evaluation = evaluation;
    }

    @Override
    public @Nullable Assignment get(@Nullable Object key) {
        Integer place = key instanceof String experiment ? evaluation.serving.place(experiment) : null;
        return place == null || evaluation.variant(place) < 0
                ? null
                : Evaluator.given(evaluation, place, evaluation.variant(place));
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return get(key) != null;
    }

    @Override
    public Set<Map.Entry<String, Assignment>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Map.Entry<String, Assignment>> iterator() {
                return new Entries();
            }

            @Override
            public int size() {
                int size = 0;
                for (int place = 0; place < evaluation.serving.size(); place++) {
                    size += evaluation.variant(place) < 0 ? 0 : 1;
                }
                return size;
            }
        };
    }

    private final class Entries implements Iterator<Map.Entry<String, Assignment>> {
        private int next = after(-1);

        private int after(int place) {
            int at = place + 1;
            while (at < evaluation.serving.size() && evaluation.variant(at) < 0) {
                at++;
            }
            return at;
        }

        @Override
        public boolean hasNext() {
            return next < evaluation.serving.size();
        }

        @Override
        public Map.Entry<String, Assignment> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Assignment assignment = Evaluator.given(evaluation, next, evaluation.variant(next));
            next = after(next);
            return new SimpleImmutableEntry<>(assignment.experiment(), assignment);
        }
    }
}
