package io.assay.client;

import io.assay.engine.Experiment;
import io.assay.engine.Scratch;
import io.assay.engine.Variant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Answers what users get from the snapshot in use, and notes who was shown what. Never waits; what it throws is a bug. */
final class Evaluator {
    final LongAdder unknownExperiments = new LongAdder();

    private final ScratchPool scratches = new ScratchPool();
    private final AtomicReference<Overrides> overrides = new AtomicReference<>(Overrides.NONE);
    private final AtomicInteger generation = new AtomicInteger();
    private final UserCache users;
    private final ExposureCache exposures;
    private final EventBuffer events;
    private volatile Serving serving = Serving.NONE;
    private volatile SnapshotSource source = SnapshotSource.NONE;
    private volatile boolean hasLost;

    Evaluator(int cachedUsers, int cachedExposures, EventBuffer events) {
        users = new UserCache(cachedUsers);
        exposures = new ExposureCache(cachedExposures);
        this.events = events;
        events.onLost(this::forget);
    }

    /** Lets the JVM load what callers need, so that none of them waits for that. */
    void warmUp() {
        assignments(once(User.of("anybody", Collections.singletonMap("age", 1)), serving))
                .forEach((experiment, assignment) -> {});
    }

    Serving serving() {
        return serving;
    }

    SnapshotSource source() {
        return source;
    }

    void serve(Serving next, SnapshotSource from) {
        Serving before = serving;
        serving = next;
        source = from;
        if (before != next) {
            users.keepOnly(next);
        }
    }

    AtomicReference<Overrides> overrides() {
        return overrides;
    }

    Evaluation of(String id) {
        Serving now = serving;
        Evaluation known = users.find(id, now);
        return known != null ? known : evaluated(User.of(id), now);
    }

    Evaluation of(User user) {
        Serving now = serving;
        Evaluation known = users.find(user, now);
        return known != null ? known : evaluated(user, now);
    }

    private Evaluation evaluated(User user, Serving now) {
        Evaluation evaluation = once(user, now);
        if (evaluation.valid && user.isSmall()) {
            users.put(evaluation);
        }
        return evaluation;
    }

    private Evaluation once(User user, Serving now) {
        Scratch scratch = scratches.take();
        Evaluation evaluation = new Evaluation(user, now, scratch);
        scratches.giveBack(scratch);
        return evaluation;
    }

    /** The variant's key, control for who is not in. */
    String variant(Evaluation evaluation, @Nullable String experiment, boolean shown) {
        Overrides set = Objects.requireNonNull(overrides.get());
        Integer place = evaluation.serving.place(experiment);
        if (set != Overrides.NONE && experiment != null) {
            String own = overridden(set, evaluation, experiment);
            if (own != null) {
                return own;
            }
        }
        if (place == null) {
            unknownExperiments.increment();
            return Variant.CONTROL;
        }
        int variant = evaluation.variant(place);
        if (variant < 0) {
            return Variant.CONTROL;
        }
        if (shown && evaluation.isUnmeasured(place, generation.get())) {
            measure(evaluation, place, variant);
        }
        return evaluation.serving.assignment(place, variant).variant();
    }

    Assignment assignment(Evaluation evaluation, @Nullable String experiment) {
        Overrides set = Objects.requireNonNull(overrides.get());
        Integer place = evaluation.serving.place(experiment);
        if (set != Overrides.NONE && experiment != null) {
            String own = overridden(set, evaluation, experiment);
            if (own != null) {
                return Assignment.in(experiment, own, config(evaluation, place, own), AssignmentReason.OVERRIDE);
            }
        }
        if (place == null) {
            return unknown(evaluation, experiment);
        }
        int variant = evaluation.variant(place);
        return variant < 0 ? notIn(evaluation, place) : given(evaluation, place, variant);
    }

    /** All experiments that the user is in; nothing is recorded. */
    Map<String, Assignment> assignments(Evaluation evaluation) {
        Map<String, Assignment> all = new AssignmentMap(evaluation);
        Overrides set = Objects.requireNonNull(overrides.get());
        if (set == Overrides.NONE) {
            return all;
        }
        Map<String, Assignment> both = new TreeMap<>(all);
        set.of(evaluation.user.id()).keySet().forEach(experiment -> {
            Assignment own = assignment(evaluation, experiment);
            if (own.isIn()) {
                both.put(experiment, own);
            }
        });
        return Collections.unmodifiableMap(both);
    }

    /** Records that a user was shown what somebody else decided. */
    void exposed(User user, String experiment, String variant) {
        long pair = Hash64.of(Hash64.of(user.id()), Hash64.of(experiment));
        int tag = ExposureCache.tag(variant);
        if (exposures.add(pair, tag)) {
            events.exposure(user.id(), experiment, variant, pair, tag);
        }
    }

    private void measure(Evaluation evaluation, int place, int variant) {
        Serving now = evaluation.serving;
        evaluation.dealtWith(place);
        if (evaluation.isOverridden(place)) {
            return;
        }
        long pair = Hash64.of(evaluation.userHash, now.hash(place));
        int tag = now.tag(place, variant);
        if (exposures.add(pair, tag)) {
            Assignment shown = now.assignment(place, variant);
            events.exposure(evaluation.user.id(), shown.experiment(), shown.variant(), pair, tag);
        }
    }

    private void forget(QueuedEvent exposure) {
        exposures.remove(exposure.pair(), exposure.tag());
        if (!hasLost) {
            hasLost = true;
        }
    }

    /** Exposures that were lost since the last time are recorded when they happen again. */
    void recordLostAgain() {
        if (hasLost) {
            hasLost = false;
            generation.incrementAndGet();
        }
    }

    private static @Nullable String overridden(Overrides set, Evaluation evaluation, String experiment) {
        Set<String> killed = evaluation.serving.killed;
        return killed.contains(experiment) ? null : set.variant(evaluation.user.id(), experiment);
    }

    static Assignment given(Evaluation evaluation, int place, int variant) {
        Assignment assignment = evaluation.serving.assignment(place, variant);
        return evaluation.isOverridden(place)
                ? Assignment.in(
                        assignment.experiment(),
                        assignment.variant(),
                        assignment.configJson(),
                        AssignmentReason.OVERRIDE)
                : assignment;
    }

    private static String config(Evaluation evaluation, @Nullable Integer place, String variant) {
        if (place != null) {
            Experiment experiment = evaluation.serving.experiment(place);
            int index = experiment.indexOf(variant);
            return index < 0
                    ? Variant.NO_CONFIG
                    : experiment.variants().get(index).config();
        }
        return Variant.NO_CONFIG;
    }

    private Assignment unknown(Evaluation evaluation, @Nullable String experiment) {
        unknownExperiments.increment();
        if (source == SnapshotSource.NONE) {
            return Assignment.notIn(experiment, AssignmentReason.NO_SNAPSHOT);
        }
        boolean killed = experiment != null && evaluation.serving.killed.contains(experiment);
        return Assignment.notIn(experiment, killed ? AssignmentReason.KILLED : AssignmentReason.UNKNOWN_EXPERIMENT);
    }

    private Assignment notIn(Evaluation evaluation, int place) {
        Serving now = evaluation.serving;
        User user = evaluation.user;
        Scratch scratch = scratches.take();
        AssignmentReason reason =
                AssignmentReason.of(now.assigner.reason(place, user.id(), user.attributes(), scratch));
        scratches.giveBack(scratch);
        return Assignment.notIn(now.experiment(place).key(), now.controlConfig(place), reason);
    }
}
