package io.assay.drill;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What nodes ask of the broker, request by request, so that a drill strikes at the very moment of one. Every request begins
 * with its length and with the number of its kind.
 */
final class KafkaWire {
    /** The kinds of requests that drills wait for, by the numbers they have in the protocol. */
    enum Request {
        /** The sink's rows are stored, and it says so. */
        OFFSET_COMMIT(8),
        /** A transaction begins to end: all state was flushed before. */
        TXN_OFFSET_COMMIT(28),
        /** A transaction is to be committed. */
        END_TXN(26);

        private final int number;

        Request(int number) {
            this.number = number;
        }
    }

    /** Strikes once, before the request is passed on, and then it never is, or after it was. */
    private record Trap(Request request, boolean before, Runnable strike, CompletableFuture<Void> sprung) {}

    private static final int HEAD = 6;

    private final AtomicReference<Trap> trap = new AtomicReference<>();

    /** Strikes before the next request of that kind reaches the broker; it never does. */
    CompletableFuture<Void> strikeBefore(Request request, Runnable strike) {
        return set(new Trap(request, true, strike, new CompletableFuture<>()));
    }

    /** Strikes when the next request of that kind is with the broker. */
    CompletableFuture<Void> strikeAfter(Request request, Runnable strike) {
        return set(new Trap(request, false, strike, new CompletableFuture<>()));
    }

    private CompletableFuture<Void> set(Trap next) {
        trap.set(next);
        return next.sprung;
    }

    void disarm() {
        trap.set(null);
    }

    /** For one connection. */
    Proxy.Tap tap() {
        return new Reader();
    }

    private final class Reader implements Proxy.Tap {
        private final byte[] head = new byte[HEAD];
        private int known;
        private int toSkip;
        private Trap after;

        @Override
        public boolean passes(byte[] bytes, int length) {
            int at = 0;
            while (at < length) {
                if (toSkip > 0) {
                    int skipped = Math.min(toSkip, length - at);
                    toSkip -= skipped;
                    at += skipped;
                } else {
                    head[known++] = bytes[at++];
                    if (known == HEAD && isCaught()) {
                        return false;
                    }
                }
            }
            return true;
        }

        private boolean isCaught() {
            known = 0;
            toSkip = ((head[0] & 0xff) << 24 | (head[1] & 0xff) << 16 | (head[2] & 0xff) << 8 | head[3] & 0xff) - 2;
            int kind = (head[4] & 0xff) << 8 | head[5] & 0xff;
            Trap set = trap.get();
            if (set == null || set.request.number != kind || !trap.compareAndSet(set, null)) {
                return false;
            }
            if (set.before) {
                spring(set);
                return true;
            }
            after = set;
            return false;
        }

        @Override
        public void passed() {
            if (after != null && toSkip == 0) {
                spring(after);
                after = null;
            }
        }

        private static void spring(Trap set) {
            try {
                set.strike.run();
                set.sprung.complete(null);
            } catch (RuntimeException | AssertionError e) {
                set.sprung.completeExceptionally(e);
            }
        }
    }
}
