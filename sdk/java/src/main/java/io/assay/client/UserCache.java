package io.assay.client;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The evaluations of the users seen last, in fixed memory.
 *
 * <p>Two places per user. A new one takes the first and pushes what was there to the second, so of users that meet in a pair of
 * places the two seen last are kept. Reading is two volatile reads and a comparison of ids; nobody waits, nothing is allocated.
 */
final class UserCache {
    private final AtomicReferenceArray<@Nullable Evaluation> places;
    private final int mask;

    UserCache(int users) {
        int size = Math.max(2, Integer.highestOneBit(Math.max(1, users - 1)) << 1);
        places = new AtomicReferenceArray<>(size);
        mask = size - 1;
    }

    @Nullable
    Evaluation find(String id, Serving serving) {
        int place = place(id.hashCode());
        Evaluation found = places.get(place);
        if (found != null && found.serving == serving && found.user.isOnly(id)) {
            return found;
        }
        found = places.get(place ^ 1);
        return found != null && found.serving == serving && found.user.isOnly(id) ? found : null;
    }

    @Nullable
    Evaluation find(User user, Serving serving) {
        int place = place(user.hashCode());
        Evaluation found = places.get(place);
        if (found != null && found.serving == serving && found.user.equals(user)) {
            return found;
        }
        found = places.get(place ^ 1);
        return found != null && found.serving == serving && found.user.equals(user) ? found : null;
    }

    void put(Evaluation evaluation) {
        int place = place(evaluation.user.hashCode());
        Evaluation before = places.get(place);
        if (before != null && before.serving == evaluation.serving) {
            places.lazySet(place ^ 1, before);
        }
        places.lazySet(place, evaluation);
    }

    private int place(int hash) {
        int h = hash * 0x9e3779b9;
        return (h ^ (h >>> 15)) & mask;
    }
}
