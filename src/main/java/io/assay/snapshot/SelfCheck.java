package io.assay.snapshot;

import io.assay.engine.Assigner;
import io.assay.engine.Attributes;
import io.assay.engine.Bucket;
import io.assay.engine.Experiment;
import io.assay.engine.Holdout;
import io.assay.engine.Scratch;
import io.assay.engine.Snapshot;
import io.assay.engine.Targeting;
import io.assay.engine.UserId;
import io.assay.engine.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The last look at a compiled snapshot before it is served: for a few fixed users the compiled form has to give what the
 * definition gives when it is read step by step, one hash at a time.
 */
final class SelfCheck {
    private static final int USERS = 12;
    private static final int OVERRIDDEN = 12;

    private final Snapshot snapshot;
    private final Set<String> killed;

    SelfCheck(Snapshot snapshot, Set<String> killed) {
        this.snapshot = snapshot;
        this.killed = killed;
    }

    /** What is wrong with the compiled form, or nothing. */
    Optional<String> problem(Assigner compiled) {
        Scratch scratch = new Scratch();
        for (Attributes known : List.of(new Attributes(), new Attributes().add("platform", "web"))) {
            for (String user : users()) {
                if (!compiled.assign(user, known, scratch)) {
                    return Optional.of("does not evaluate " + user);
                }
                boolean heldOut = isHeldOut(user);
                for (int e = 0; e < compiled.size(); e++) {
                    Experiment experiment = snapshot.experiments().get(e);
                    if (scratch.variants()[e] != variant(experiment, user, known, heldOut)) {
                        return Optional.of("compiles " + experiment.key() + " to something else");
                    }
                }
            }
        }
        return Optional.empty();
    }

    private List<String> users() {
        List<String> users = new ArrayList<>();
        for (int i = 0; i < USERS; i++) {
            users.add("check-" + i);
        }
        snapshot.experiments().stream()
                .flatMap(experiment -> experiment.overrides().keySet().stream())
                .filter(UserId::isValid)
                .limit(OVERRIDDEN)
                .forEach(users::add);
        return users;
    }

    private boolean isHeldOut(String user) {
        Holdout holdout = snapshot.holdout();
        return holdout != null && holdout.slots().holds(Bucket.of(holdout.salt(), user));
    }

    private int variant(Experiment experiment, String user, Attributes known, boolean heldOut) {
        if (killed.contains(experiment.key())) {
            return Assigner.NOT_IN;
        }
        String override = experiment.overrides().get(user);
        if (override != null) {
            int index = experiment.indexOf(override);
            if (!experiment.variants().get(index).dropped()) {
                return index;
            }
        }
        Targeting targeting = experiment.targeting();
        boolean meant = !heldOut
                && (targeting == null || targeting.holds(known))
                && experiment.slots().holds(Bucket.of(experiment.layer().salt(), user));
        return meant ? arm(experiment.variants(), Bucket.of(experiment.salt(), user)) : Assigner.NOT_IN;
    }

    private static int arm(List<Variant> variants, int bucket) {
        int end = 0;
        for (int v = 0; v < variants.size(); v++) {
            end += variants.get(v).buckets();
            if (bucket < end) {
                return variants.get(v).dropped() ? Assigner.NOT_IN : v;
            }
        }
        return Assigner.NOT_IN;
    }
}
