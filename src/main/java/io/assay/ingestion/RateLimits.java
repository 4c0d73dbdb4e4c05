package io.assay.ingestion;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.security.SecureRandom;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How much each key and each user may send to this process: token buckets in memory that does not grow. */
final class RateLimits implements Shareable {
    /*
     * A bucket is one number: when it will be full again. One event moves that on by 1/rate, and no event is taken that would
     * move it further than a whole burst ahead of now (the generic cell rate algorithm). A bucket that is full needs no
     * number, and so nothing has to be forgotten.
     *
     * A key's bucket is asked before the body is read, pays for one event then, and for the others when they are counted, so it may
     * end below empty: a request is taken as a whole, and the next one waits for longer.
     *
     * Users have no buckets of their own. Each has a place in two tables, found by two hashes, and has what the fuller of the two
     * buckets there has. A user pays into both, but never more than needed (a count-min sketch with conservative update). To
     * be held up by others, a user must share both places with somebody who is held up: with m of those, one in (65,536 / m)².
     */
    private static final String NAME = "assay.ingestion.limits";
    private static final int PLACES = 1 << 16;
    private static final long MIX = 0x9e3779b97f4a7c15L;

    private final Rate keys;
    private final Rate users;
    private final LongSupplier nanos;
    private final long origin;
    private final long seed = new SecureRandom().nextLong();
    private final ConcurrentHashMap<String, AtomicLong> fullByKey = new ConcurrentHashMap<>();
    private final AtomicLongArray fullByUser;

    /** With a clock such as {@link System#nanoTime}. */
    RateLimits(Rate keys, Rate users, LongSupplier nanos) {
        this.keys = keys;
        this.users = users;
        this.nanos = nanos;
        origin = nanos.getAsLong();
        fullByUser = new AtomicLongArray(users.isLimited() ? 2 * PLACES : 0);
    }

    /** Those of this Vert.x; the first call decides which they are. */
    static RateLimits shared(Vertx vertx, IngestionConfig config) {
        LocalMap<String, RateLimits> map = vertx.sharedData().getLocalMap(NAME);
        return map.computeIfAbsent(NAME, name -> new RateLimits(config.keyRate(), config.userRate(), System::nanoTime));
    }

    /** In how many seconds a key may send again; 0 for now. */
    int waitSeconds(String keyId) {
        if (!keys.isLimited()) {
            return 0;
        }
        AtomicLong full = fullByKey.get(keyId);
        long over = full == null ? 0 : full.get() + keys.nanosPerEvent() - now() - keys.burstNanos();
        return over > 0 ? Rate.seconds(over) : 0;
    }

    /** Takes what that many events cost from a key. */
    void charge(String keyId, int events) {
        if (keys.isLimited()) {
            long now = now();
            fullByKey
                    .computeIfAbsent(keyId, id -> new AtomicLong())
                    .updateAndGet(full -> Math.max(full, now) + events * keys.nanosPerEvent());
        }
    }

    /** The indexes of the events that are more than their users may send; null if there are none, as mostly. */
    @Nullable
    BitSet surplus(List<EventBatch.Item> items) {
        if (!users.isLimited()) {
            return null;
        }
        long now = now();
        BitSet surplus = null;
        Object last = null;
        long hash = 0;
        for (int i = 0; i < items.size(); i++) {
            Object user = items.get(i).userId();
            if (!(user instanceof String text)) {
                continue;
            }
            if (user != last) {
                hash = hash(text);
                last = user;
            }
            if (!admits(hash, now)) {
                surplus = surplus == null ? new BitSet(items.size()) : surplus;
                surplus.set(i);
            }
        }
        return surplus;
    }

    /** In how many seconds a user of whom nothing is taken can send something again. */
    int userWaitSeconds() {
        return Rate.seconds(users.nanosPerEvent());
    }

    private boolean admits(long hash, long now) {
        int one = (int) (hash & (PLACES - 1));
        int two = PLACES + (int) ((hash >>> 32) & (PLACES - 1));
        long full = Math.max(now, Math.min(fullByUser.get(one), fullByUser.get(two))) + users.nanosPerEvent();
        if (full - now > users.burstNanos()) {
            return false;
        }
        fullByUser.accumulateAndGet(one, full, Math::max);
        fullByUser.accumulateAndGet(two, full, Math::max);
        return true;
    }

    /** Not to be foreseen, so that nobody can choose whom to share places with. */
    private long hash(String user) {
        long hash = seed;
        for (int i = 0; i < user.length(); i++) {
            hash = (hash ^ user.charAt(i)) * MIX;
            hash ^= hash >>> 29;
        }
        hash *= MIX;
        return hash ^ (hash >>> 32);
    }

    private long now() {
        return nanos.getAsLong() - origin;
    }
}
