package io.assay.metrics;

import io.assay.protocol.EventCodec;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A made-up log of some days, all of it from one seed: few users, few ids, times that meet the edges of everything, so that
 * every rule is hit often.
 */
final class History {
    static final long HOUR = 3_600_000;
    static final long DAY = 24 * HOUR;
    static final long T0 = 20_000 * DAY;

    final Random random;
    final int partitions;
    final Limits limits;
    final List<Definition> definitions = new ArrayList<>();
    /** Of both topics and all partitions, in the order of their being received. */
    final List<LogRecord> records = new ArrayList<>();

    private final List<Long> times = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final int users;
    /** Users are erased, in one topic sooner than in the other. */
    private final boolean hasErasures;
    /** Nearly everything comes as late as it may, under a clock that steps back. */
    private final boolean isAllLate;

    History(long seed) {
        random = new Random(seed * 0x9E3779B97F4A7C15L + seed);
        partitions = 1 + random.nextInt(2);
        users = 1 + random.nextInt(4);
        isAllLate = random.nextInt(3) == 0;
        hasErasures = seed % 3 == 1;
        limits = random.nextInt(3) == 0
                ? Limits.SHIPPED
                : new Limits(3 + random.nextInt(5), 3 + random.nextInt(6), 6_000_000 + random.nextInt(9) * 1_000_000L);
        long span = span();
        int experiments = 1 + random.nextInt(3);
        for (int i = 0; i < experiments; i++) {
            definitions.add(definition("exp" + i, span));
        }
        int size = 20 + random.nextInt(60);
        long clock = T0;
        for (int i = 0; i < size; i++) {
            clock += random.nextInt(4) == 0 ? 0 : (long) (2 * span * random.nextDouble() / size);
            records.add(record(clock));
            if (hasErasures && random.nextInt(12) == 0) {
                // half an erasure is forgotten once the other half can't come any more; when, depends on the slower
                // topic
                boolean mayBeHalf = 2 * span * (size - i) / size < Watermarks.LATENESS;
                erase(clock, clock + i, mayBeHalf);
            }
        }
    }

    /** In both topics somewhere among the last records, and now and then towards the end in one alone. */
    private void erase(long clock, long moment, boolean mayBeHalf) {
        int n = random.nextInt(users);
        var erase = new LogRecord.Erase("user" + n, moment);
        for (var source : Source.values()) {
            if (random.nextInt(10) > 0 || !mayBeHalf) {
                int at = records.size() - random.nextInt(Math.min(4, records.size()));
                long received = at < records.size() ? records.get(at).received() : clock;
                byte[] key = EventCodec.key(erase.user());
                records.add(at, new LogRecord(source, n % partitions, erase, key, EventCodec.erase(moment), received));
            }
        }
    }

    private long span() {
        return switch (random.nextInt(4)) {
            case 0 -> 6 * HOUR;
            case 1 -> 3 * DAY;
            case 2 -> 6 * DAY;
            default -> 16 * DAY;
        };
    }

    private Definition definition(String id, long span) {
        var variants = List.of("control", "B", "blue", "zebra").subList(0, 2 + random.nextInt(3));
        List<Definition.Metric> metrics = new ArrayList<>();
        var windows = List.of(Definition.Metric.NO_WINDOW, HOUR, 10 * HOUR, 30 * HOUR, 72 * HOUR);
        int count = 1 + random.nextInt(3);
        for (int m = 0; m < count; m++) {
            var event = Hash64.of("goal" + random.nextInt(2));
            metrics.add(new Definition.Metric("m" + m, event, windows.get(random.nextInt(windows.size()))));
        }
        long early = isAllLate ? T0 - Watermarks.LATENESS : T0;
        long start = early + (random.nextInt(3) == 0 ? -2 * DAY : (long) (random.nextDouble() * span / 3));
        long end = random.nextInt(3) == 0 ? Definition.OPEN : start + HOUR + (long) (random.nextDouble() * span);
        var e = new Definition(id, variants, metrics, start, end);
        // what is final stays as it is, and when it becomes so depends on the slower topic
        boolean mayBeFinal = e.finalAt() <= T0 + 2 * span - Watermarks.LATENESS;
        return hasErasures && mayBeFinal ? new Definition(id, variants, metrics, start, Definition.OPEN) : e;
    }

    private LogRecord record(long clock) {
        var source = random.nextBoolean() ? Source.EXPOSURES : Source.EVENTS;
        long received = clock - (random.nextInt(isAllLate ? 2 : 3) == 0 ? random.nextInt((int) HOUR) : 0);
        int dice = random.nextInt(40);
        if (dice == 0) {
            return new LogRecord(
                    source,
                    random.nextInt(partitions),
                    "heartbeat",
                    EventCodec.heartbeatKey(),
                    EventCodec.heartbeat(),
                    received);
        }
        int n = random.nextInt(users);
        var user = "user" + n;
        if (dice == 1) {
            var junk = "{\"id\":".getBytes(StandardCharsets.UTF_8);
            return new LogRecord(source, n % partitions, "junk", EventCodec.key(user), junk, received);
        }
        if (source == Source.EVENTS) {
            long value = (random.nextInt(7) - 2) * 1_000_000L;
            var goal = new Goal(id(), user, "goal" + random.nextInt(3), value, time(received), null);
            return new LogRecord(source, n % partitions, goal, EventCodec.key(user), EventCodec.encode(goal), received);
        }
        var e = definitions.get(random.nextInt(definitions.size()));
        var experiment = random.nextInt(30) == 0 ? "nowhere" : e.id;
        var variant = random.nextInt(30) == 0 ? "nothing" : e.variants.get(random.nextInt(e.variants.size()));
        var exposure = new Exposure(id(), user, experiment, variant, time(received));
        return new LogRecord(
                source, n % partitions, exposure, EventCodec.key(user), EventCodec.encode(exposure), received);
    }

    private String id() {
        if (ids.isEmpty() || random.nextInt(5) > 0) {
            ids.add("id" + ids.size());
            return ids.get(ids.size() - 1);
        }
        return ids.get(Math.max(0, ids.size() - 1 - random.nextInt(12)));
    }

    private long time(long received) {
        long ts = candidate(received);
        times.add(ts);
        return ts;
    }

    private long candidate(long received) {
        if (isAllLate && random.nextInt(4) > 0) {
            return received - Watermarks.LATENESS + random.nextInt(2) * random.nextInt((int) (2 * HOUR));
        }
        var e = definitions.get(random.nextInt(definitions.size()));
        return switch (random.nextInt(20)) {
            case 0 -> received - Watermarks.LATENESS;
            case 1 -> received - Watermarks.LATENESS - 1;
            case 2 -> received + Watermarks.AHEAD;
            case 3 -> received + Watermarks.AHEAD + 1;
            case 4 -> e.start - random.nextInt(2);
            case 5 -> e.end == Definition.OPEN ? received : Math.min(received, e.end - random.nextInt(2));
            case 6 -> Math.floorDiv(received, DAY) * DAY - random.nextInt(2);
            case 7, 8 -> received - (long) (random.nextDouble() * Watermarks.LATENESS);
            case 9, 10, 11 -> times.isEmpty() ? received : times.get(random.nextInt(times.size()));
            case 12 -> times.isEmpty() ? received : edgeOfWindow(e);
            case 13, 14 -> times.isEmpty() ? received : times.get(times.size() - 1) + random.nextInt(3) - 1;
            default -> received - random.nextInt((int) (3 * HOUR));
        };
    }

    private long edgeOfWindow(Definition e) {
        var metric = e.metrics.get(random.nextInt(e.metrics.size()));
        long from = times.get(random.nextInt(times.size()));
        return metric.hasWindow() ? from + metric.windowMillis() - random.nextInt(2) : from;
    }
}
