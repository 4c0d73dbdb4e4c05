package io.assay.snapshot;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How often each address presented a wrong key in the last minute. It remembers a bounded number of addresses; what comes
 * beyond them counts as one.
 */
final class WrongKeys {
    static final int PER_MINUTE = 20;
    static final int ADDRESSES = 10_000;
    private static final long MINUTE = 60_000;
    private static final long SWEEP_EVERY = 1_000;
    private static final String OTHERS = "";

    private final LongSupplier clockMillis;
    private final ConcurrentHashMap<String, Ring> byAddress = new ConcurrentHashMap<>();
    private final AtomicLong sweptAt = new AtomicLong(Long.MIN_VALUE / 2);

    WrongKeys(LongSupplier clockMillis) {
        this.clockMillis = clockMillis;
    }

    /** The times of the last wrong keys that were let through as such. */
    @SuppressWarnings("ArrayRecordComponent") // never compared by equals
    private record Ring(long[] times, int next) {
        static final Ring EMPTY = new Ring(filled(), 0);

        private static long[] filled() {
            long[] times = new long[PER_MINUTE];
            Arrays.fill(times, Long.MIN_VALUE / 2);
            return times;
        }

        long oldest() {
            return times[next];
        }

        long newest() {
            return times[(next + PER_MINUTE - 1) % PER_MINUTE];
        }

        Ring with(long now) {
            long[] more = times.clone();
            more[next] = now;
            return new Ring(more, (next + 1) % PER_MINUTE);
        }
    }

    /** Counts a wrong key; answers 0, or the seconds to wait if that was one too many in a minute. */
    int add(String address) {
        long now = clockMillis.getAsLong();
        String counted = byAddress.containsKey(address) || hasRoom(now) ? address : OTHERS;
        int[] wait = new int[1];
        byAddress.compute(counted, (a, known) -> {
            Ring ring = known == null ? Ring.EMPTY : known;
            long left = ring.oldest() + MINUTE - now;
            wait[0] = left > 0 ? (int) ((left + 999) / 1000) : 0;
            return left > 0 ? ring : ring.with(now);
        });
        return wait[0];
    }

    int addresses() {
        return byAddress.size();
    }

    private boolean hasRoom(long now) {
        if (byAddress.size() < ADDRESSES) {
            return true;
        }
        long last = sweptAt.get();
        if (now - last >= SWEEP_EVERY && sweptAt.compareAndSet(last, now)) {
            byAddress.values().removeIf(ring -> now - ring.newest() >= MINUTE);
        }
        return byAddress.size() < ADDRESSES;
    }
}
