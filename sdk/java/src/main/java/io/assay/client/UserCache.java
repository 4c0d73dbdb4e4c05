package io.assay.client;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The evaluations of the users seen last, in fixed memory.
 *
 * <p>A user belongs to a row of 8 places. A new one takes the first and moves the others on by one, so of the users of a row the 8 that
 * came last are kept. Reading is a few volatile reads and a comparison of ids; nobody waits, nothing is allocated. Two threads that
 * write the same row may lose an evaluation, which is then made again.
 */
final class UserCache {
    private static final int WAYS = 8;

    private final AtomicReferenceArray<@Nullable Evaluation> places;
    private final int rows;

    UserCache(int users) {
        int size = Math.max(WAYS, Integer.highestOneBit(Math.max(1, users - 1)) << 1);
        places = new AtomicReferenceArray<>(size);
        rows = size / WAYS;
    }

    @Nullable
    Evaluation find(String id, Serving serving) {
        int row = row(id.hashCode());
        for (int way = row; way < row + WAYS; way++) {
            Evaluation found = places.get(way);
            if (found != null && found.serving == serving && found.user.isOnly(id)) {
                return found;
            }
        }
        return null;
    }

    @Nullable
    Evaluation find(User user, Serving serving) {
        int row = row(user.hashCode());
        for (int way = row; way < row + WAYS; way++) {
            Evaluation found = places.get(way);
            if (found != null && found.serving == serving && found.user.equals(user)) {
                return found;
            }
        }
        return null;
    }

    /** Evaluations of another snapshot are not moved on. */
    void put(Evaluation evaluation) {
        int row = row(evaluation.user.hashCode());
        Evaluation next = evaluation;
        for (int way = row; way < row + WAYS; way++) {
            Evaluation before = places.get(way);
            places.lazySet(way, next);
            if (before == null || before.serving != evaluation.serving) {
                return;
            }
            next = before;
        }
    }

    /** Lets go of all evaluations but those of this snapshot, so that no old one is kept by users who do not come again. */
    void keepOnly(Serving serving) {
        for (int place = 0; place < places.length(); place++) {
            Evaluation held = places.get(place);
            if (held != null && held.serving != serving) {
                places.compareAndSet(place, held, null);
            }
        }
    }

    private int row(int hash) {
        int h = hash * 0x9e3779b9;
        return ((h ^ (h >>> 15)) & (rows - 1)) * WAYS;
    }
}
