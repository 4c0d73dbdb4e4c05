package io.assay.results;

import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.MeasuredVariant;
import io.assay.catalog.Status;
import io.assay.engine.Assigner;
import io.assay.engine.Attributes;
import io.assay.engine.Experiment;
import io.assay.engine.Layer;
import io.assay.engine.Scratch;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Variant;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A month of an experiment of four arms: it is ramped up in three steps, two arms are dropped meanwhile, clients hear of all
 * that up to a minute late, their clocks are up to 10 s off, a third of the users comes around the drops, some users have
 * overrides, and most come several times.
 */
final class SimulatedExperiment {
    private static final long START = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
    private static final long MINUTE = 60_000;
    private static final long DAY = 24 * 60 * MINUTE;
    private static final List<String> KEYS = List.of("control", "a", "b", "c");
    private static final int[] PERCENT = {40, 30, 20, 10};
    private static final int USERS = 3_000;

    /** What is served from some moment on. */
    private record Stage(long from, Assigner assigner) {}

    private record First(String variant, long ts) {}

    private final Scratch scratch = new Scratch();
    private final Random random;
    private final String salt;
    private final String layerSalt;
    private final Map<String, Instant> dropped;
    private final Map<String, String> overrides = new HashMap<>();
    private final List<Stage> stages = new ArrayList<>();
    private final Map<String, First> firsts = new HashMap<>();

    /** The one of that seed, in which users and their variants are recorded only if the predicate holds. */
    SimulatedExperiment(long seed, BiPredicate<String, String> isRecorded) {
        random = new Random(seed);
        salt = String.format("%08x", random.nextInt());
        layerSalt = String.format("%08x", random.nextInt());
        dropped = Map.of("c", Instant.ofEpochMilli(time(3, 7)), "b", Instant.ofEpochMilli(time(9, 20)));
        for (int i = 0; i < 200; i++) {
            overrides.put("user-" + seed + "-" + i, "a");
        }
        stages();
        for (int i = 0; i < USERS; i++) {
            visit("user-" + seed + "-" + i, isRecorded);
        }
    }

    private long time(int fromDay, int toDay) {
        return START + fromDay * DAY + (long) (random.nextDouble() * (toDay - fromDay) * DAY);
    }

    private void stages() {
        Map<Long, Integer> ramp = Map.of(START, 1_000, time(1, 5), 5_000, time(6, 12), Slots.COUNT);
        Set<Long> moments = new HashSet<>(ramp.keySet());
        dropped.values().forEach(at -> moments.add(at.toEpochMilli()));
        int slots = 0;
        for (long moment : moments.stream().sorted().toList()) {
            slots = Math.max(slots, ramp.getOrDefault(moment, 0));
            stages.add(new Stage(moment, assigner(moment, slots)));
        }
    }

    private Assigner assigner(long moment, int slots) {
        List<Variant> variants = new ArrayList<>();
        for (int i = 0; i < PERCENT.length; i++) {
            Instant gone = dropped.get(KEYS.get(i));
            boolean isDropped = gone != null && gone.toEpochMilli() <= moment;
            variants.add(new Variant(KEYS.get(i), 100 * PERCENT[i], Variant.NO_CONFIG, isDropped));
        }
        Experiment served = new Experiment(
                "k3v9q0x1m2ab",
                "simulated",
                salt,
                new Layer(null, layerSalt),
                Slots.of(new int[] {0, slots}),
                variants,
                null,
                overrides);
        return new Assigner(new Snapshot(1, null, List.of(served)));
    }

    private void visit(String user, BiPredicate<String, String> isRecorded) {
        long skew = (long) ((random.nextDouble() * 2 - 1) * MINUTE / 6);
        int visits = 1 + random.nextInt(3);
        for (int i = 0; i < visits; i++) {
            long time = random.nextInt(3) == 0 ? aroundADrop() : time(0, 30);
            long heard = time - (long) (random.nextDouble() * MINUTE);
            String variant = assigned(user, heard);
            if (variant != null && isRecorded.test(user, variant)) {
                firsts.merge(user, new First(variant, time + skew), (a, b) -> a.ts() <= b.ts() ? a : b);
            }
        }
    }

    private long aroundADrop() {
        Instant drop = dropped.get(random.nextBoolean() ? "b" : "c");
        return drop.toEpochMilli() + (long) ((random.nextDouble() * 4 - 2) * MINUTE);
    }

    private @Nullable String assigned(String user, long time) {
        Assigner assigner = stages.get(0).assigner();
        for (Stage stage : stages) {
            if (stage.from() <= time) {
                assigner = stage.assigner();
            }
        }
        assigner.assign(user, Attributes.of(Map.of()), scratch);
        int variant = scratch.variants()[0];
        return variant == Assigner.NOT_IN ? null : KEYS.get(variant);
    }

    /** The test as it is made. */
    double pValue() {
        return pValue(dropped, overrides.keySet());
    }

    /** The test as if nothing had been dropped. */
    double pValueWithoutPeriods() {
        return pValue(Map.of(), overrides.keySet());
    }

    /** The test as if overrides had been drawn. */
    double pValueWithOverrides() {
        return pValue(dropped, Set.of());
    }

    private double pValue(Map<String, Instant> changes, Set<String> without) {
        List<Period> periods = Period.of(measured(), changes);
        List<Map<String, Long>> users = new ArrayList<>();
        periods.forEach(period -> users.add(new HashMap<>()));
        firsts.forEach((user, first) -> {
            for (int i = 0; i < periods.size(); i++) {
                boolean isIn = periods.get(i).from() <= first.ts()
                        && first.ts() < periods.get(i).to();
                if (isIn && !without.contains(user)) {
                    users.get(i).merge(first.variant(), 1L, Long::sum);
                }
            }
        });
        Double p = SampleRatio.of(periods, users).fit().pValue();
        return p == null ? Double.NaN : p;
    }

    private static MeasuredExperiment measured() {
        List<MeasuredVariant> variants = new ArrayList<>();
        for (int i = 0; i < PERCENT.length; i++) {
            variants.add(new MeasuredVariant(KEYS.get(i), BigDecimal.valueOf(PERCENT[i]), false));
        }
        return new MeasuredExperiment(
                "k3v9q0x1m2ab", "simulated", Status.ACTIVE, variants, List.of(), START, Long.MAX_VALUE);
    }
}
