package io.assay.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot compiled into arrays, which gives a user's variants of all experiments in one pass.
 *
 * <p>Salts are hashed together, and {@link Split} places all experiments at once but those that share a layer: of these one
 * look into {@link SharedLayer} finds the one that can be meant. Only experiments with more to check than one range of slots and
 * two variants are then looked at one by one. The order of the steps shows in {@link #explain}. Nothing is allocated for a user whose {@link Scratch} fits already. What fails for one
 * experiment leaves that one out. Immutable; for any number of threads.
 */
public final class Assigner {
    /** The variant of a user who is not in the experiment. */
    public static final int NOT_IN = -1;

    private final Snapshot snapshot;
    private final List<Experiment> experiments;
    private final Plan plan;
    private final int[] states;
    private final String[] attributes;
    private final CompiledRule[] rules;
    private final CompiledExperiment[] compiled;
    private final Split split;
    private final boolean[] killed;
    private final Map<String, int[]> overrides;

    public Assigner(Snapshot snapshot) {
        this.snapshot = snapshot;
        experiments = snapshot.experiments();
        Numbering<String> layers = new Numbering<>();
        Numbering<String> names = new Numbering<>();
        Numbering<Rule> distinct = new Numbering<>();
        compiled = new CompiledExperiment[experiments.size()];
        states = new int[compiled.length];
        for (int e = 0; e < compiled.length; e++) {
            compiled[e] = CompiledExperiment.of(experiments.get(e), layers, distinct);
            states[e] = SaltStates.after(experiments.get(e).salt());
        }
        plan = Plan.of(snapshot, compiled, states);
        rules = distinct.all().stream()
                .map(rule -> new CompiledRule(rule, names.of(rule.attribute())))
                .toArray(CompiledRule[]::new);
        attributes = names.all().toArray(new String[0]);
        overrides = overrides(experiments);
        killed = new boolean[compiled.length];
        split = new Split(compiled, killed, plan.atOnce(), plan.layerSalts(), plan.firstSalt());
    }

    private Assigner(Assigner other, boolean[] killed, Map<String, int[]> overrides) {
        snapshot = other.snapshot;
        experiments = other.experiments;
        plan = other.plan;
        states = other.states;
        attributes = other.attributes;
        rules = other.rules;
        compiled = other.compiled;
        this.overrides = overrides;
        this.killed = killed;
        split = new Split(compiled, killed, plan.atOnce(), plan.layerSalts(), plan.firstSalt());
    }

    /** The same snapshot with the experiments of these keys killed, and no others. */
    public Assigner killing(Set<String> keys) {
        boolean[] dead = new boolean[compiled.length];
        for (int e = 0; e < dead.length; e++) {
            dead[e] = keys.contains(experiments.get(e).key());
        }
        return new Assigner(this, dead, overrides);
    }

    /** The same evaluation with no override applied, as clients do it; what was compiled still names them. */
    public Assigner withoutOverrides() {
        return new Assigner(this, killed, Map.of());
    }

    /** What was compiled. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /** How many experiments there are. */
    public int size() {
        return compiled.length;
    }

    /** Says whether an experiment, by its place in the snapshot, is killed. */
    public boolean isKilled(int experiment) {
        return killed[experiment];
    }

    /**
     * Evaluates a user: afterwards {@link Scratch#variants} holds the variant's index of each experiment in the order of the
     * snapshot, {@link #NOT_IN} where the user is not in it.
     *
     * @return false for a user id that is none; then the user is in no experiment
     */
    public boolean assign(String userId, Attributes known, Scratch scratch) {
        scratch.fit(compiled.length, plan.salts().size(), attributes.length, rules.length);
        int[] variants = scratch.variants();
        int length = UserId.encode(userId, scratch.user);
        scratch.length = length;
        if (length < 0) {
            scratch.markAll();
            Arrays.fill(variants, 0, compiled.length, NOT_IN);
            return false;
        }
        SaltStates.scramble(scratch.user, length, scratch.blocks);
        plan.salts().hash(scratch.blocks, length, scratch.hashes);
        read(known, scratch);
        scratch.markAll();
        if (isHeldOut(scratch.hashes)) {
            Arrays.fill(variants, 0, compiled.length, NOT_IN);
        } else if (split.size() == compiled.length) {
            place(scratch, variants);
        } else {
            Arrays.fill(variants, 0, compiled.length, NOT_IN);
            scratch.markOnly(split.marks());
            place(scratch, scratch.placed);
            for (int m = 0; m < split.size(); m++) {
                variants[split.experiment(m)] = scratch.placed[m];
            }
            lookUp(scratch, variants);
        }
        override(userId, scratch);
        return true;
    }

    private void place(Scratch scratch, int[] placed) {
        split.place(scratch.hashes, scratch.slots, placed);
        for (int m : split.special()) {
            if (placed[m] != NOT_IN) {
                placed[m] = variant(m, compiled[split.experiment(m)], placed[m], scratch);
            }
        }
    }

    private void lookUp(Scratch scratch, int[] variants) {
        for (SharedLayer layer : plan.shared()) {
            int stretch = layer.stretch(scratch.hashes[layer.salt]);
            int e = layer.holder(stretch);
            if (e != NOT_IN && !killed[e]) {
                int bucket = SaltStates.bucket(SaltStates.hash(layer.state(stretch), scratch.blocks, scratch.length));
                int boundary = layer.boundary(stretch);
                variants[e] = boundary == SharedLayer.NOT_PLAIN
                        ? arm(compiled[e], bucket, scratch)
                        : bucket < boundary ? 0 : 1;
                scratch.mark(e);
            }
        }
    }

    private int arm(CompiledExperiment experiment, int bucket, Scratch scratch) {
        return isMeant(experiment, scratch) ? experiment.arm(bucket) : NOT_IN;
    }

    private int bucket(int e, Scratch scratch) {
        return SaltStates.bucket(SaltStates.hash(states[e], scratch.blocks, scratch.length));
    }

    private void read(Attributes known, Scratch scratch) {
        for (int a = 0; a < attributes.length; a++) {
            scratch.values[a] = known.value(attributes[a]);
        }
        Arrays.fill(scratch.rules, 0, rules.length, Scratch.UNKNOWN);
    }

    private int variant(int member, CompiledExperiment experiment, int placed, Scratch scratch) {
        if (!isMeant(experiment, scratch)) {
            return NOT_IN;
        }
        if (experiment.isPlain()) {
            return placed;
        }
        boolean in = experiment.holdsSlot(split.slot(member, scratch.hashes));
        return in ? experiment.arm(split.bucket(member, scratch.hashes)) : NOT_IN;
    }

    /** Rules that experiments share are asked once for a user. */
    private boolean isMeant(CompiledExperiment experiment, Scratch scratch) {
        for (int rule : experiment.rules) {
            if (scratch.rules[rule] == Scratch.UNKNOWN) {
                CompiledRule asked = rules[rule];
                scratch.rules[rule] = asked.holds(scratch.values[asked.attribute]) ? Scratch.HOLDS : Scratch.FAILS;
            }
            if (scratch.rules[rule] == Scratch.FAILS) {
                return false;
            }
        }
        return true;
    }

    private boolean isHeldOut(int[] hashes) {
        Holdout holdout = snapshot.holdout();
        return holdout != null && holdout.slots().holds(SaltStates.bucket(hashes[plan.holdoutSalt()]));
    }

    private void override(String userId, Scratch scratch) {
        int[] own = overrides.get(userId);
        for (int i = 0; own != null && i < own.length; i += 2) {
            if (!killed[own[i]]) {
                scratch.variants()[own[i]] = own[i + 1];
                scratch.mark(own[i]);
            }
        }
    }

    /**
     * Evaluates a user step by step: one assignment per experiment in the order of the snapshot.
     *
     * @throws IllegalArgumentException for a user id that is none
     */
    public List<Assignment> explain(String userId, Attributes known) {
        Scratch scratch = new Scratch();
        if (!assign(userId, known, scratch)) {
            throw new IllegalArgumentException("user id: expected " + UserId.EXPECTED);
        }
        List<Assignment> assignments = new ArrayList<>(compiled.length);
        for (int e = 0; e < compiled.length; e++) {
            assignments.add(explain(e, userId, scratch));
        }
        return assignments;
    }

    /** Says why a user is in one experiment or not, by its place in the snapshot; null for a user id that is none. */
    public @Nullable Reason reason(int experiment, String userId, Attributes known, Scratch scratch) {
        if (!assign(userId, known, scratch)) {
            return null;
        }
        return explain(experiment, userId, scratch).reason();
    }

    private Assignment explain(int e, String userId, Scratch scratch) {
        Experiment experiment = experiments.get(e);
        int layer = SaltStates.after(experiment.layer().salt());
        int slot = SaltStates.bucket(SaltStates.hash(layer, scratch.blocks, scratch.length));
        int bucket = bucket(e, scratch);
        int variant = scratch.variants()[e];
        Reason reason = reason(e, userId, scratch, slot);
        return new Assignment(
                experiment, variant < 0 ? null : experiment.variants().get(variant), reason, slot, bucket);
    }

    private Reason reason(int e, String userId, Scratch scratch, int slot) {
        CompiledExperiment experiment = compiled[e];
        if (killed[e]) {
            return Reason.KILLED;
        }
        if (isOverridden(e, userId)) {
            return Reason.OVERRIDE;
        }
        if (isHeldOut(scratch.hashes)) {
            return Reason.HOLDOUT;
        }
        if (experiment.isBroken()) {
            return Reason.FAILED;
        }
        if (!isMeant(experiment, scratch)) {
            return Reason.TARGETING;
        }
        if (!experiment.holdsSlot(slot)) {
            return Reason.SLOT;
        }
        return scratch.variants()[e] < 0 ? Reason.DROPPED : Reason.SPLIT;
    }

    /** Says whether an override decides which variant the user gets of an experiment that is not killed, by its place. */
    public boolean isOverridden(int experiment, String userId) {
        int[] own = overrides.get(userId);
        for (int i = 0; own != null && i < own.length; i += 2) {
            if (own[i] == experiment) {
                return true;
            }
        }
        return false;
    }

    private static Map<String, int[]> overrides(List<Experiment> experiments) {
        Map<String, int[]> byUser = new HashMap<>();
        for (int e = 0; e < experiments.size(); e++) {
            Experiment experiment = experiments.get(e);
            int place = e;
            experiment.overrides().forEach((user, variant) -> {
                int index = experiment.indexOf(variant);
                if (!experiment.variants().get(index).dropped()) {
                    byUser.merge(user, new int[] {place, index}, Assigner::joined);
                }
            });
        }
        return byUser;
    }

    private static int[] joined(int[] a, int[] b) {
        int[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
