package io.assay.catalog;

import io.assay.engine.Attributes;
import io.assay.engine.Holdout;
import io.assay.platform.FieldError;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A JSON merge patch of an experiment: its status, and what the status allows.
 *
 * @param found what is wrong with it whatever it is applied to; refused with what else turns out to be wrong
 */
record Patch(Map<String, Object> edits, @Nullable Status to, Findings found) {
    static Patch read(Map<String, ?> body) {
        Findings found = new Findings();
        Status to = DefinitionReader.status(body, found);
        return new Patch(DefinitionReader.edits(body), to, found);
    }

    /** What becomes of it; fails with {@link WouldReassign} for what would move users. */
    Future<StoredExperiment> apply(Write write, StoredExperiment current, Lifecycle lifecycle) {
        return wanted(write, current)
                .compose(wanted -> edit(write, current, wanted, lifecycle))
                .compose(edited -> to == null ? Future.succeededFuture(edited) : lifecycle.move(edited, to));
    }

    private Future<Definition> wanted(Write write, StoredExperiment current) {
        if (edits.isEmpty()) {
            found.refuse();
            return Future.succeededFuture(current.definition());
        }
        Map<String, Object> merged = MergePatch.apply(ExperimentJson.request(current.definition()), edits);
        if (current.definition().layer() != null || !current.key().equals(merged.get("layer"))) {
            return Future.succeededFuture(DefinitionReader.read(merged, found));
        }
        // its own layer as it is shown, unless a draft asks for one of that name that it can share
        return LayerRows.find(write.connection(), current.key()).map(shared -> {
            if (current.status() != Status.DRAFT || shared.isEmpty()) {
                merged.remove("layer");
            }
            return DefinitionReader.read(merged, found);
        });
    }

    private static Future<StoredExperiment> edit(
            Write write, StoredExperiment current, Definition wanted, Lifecycle lifecycle) {
        List<FieldError> reassigning = Edits.check(current, wanted, lifecycle.now());
        if (!reassigning.isEmpty()) {
            return Hypothesis.of(write, current, wanted).compose(after -> GlobalHoldout.inForce(write.connection())
                    .compose(holdout ->
                            Future.failedFuture(new WouldReassign(current, after, holdout.orElse(null), reassigning))));
        }
        if (current.status().isRunning()) {
            return lifecycle.enrol(current.with(wanted), wanted.rollout());
        }
        if (Objects.equals(current.definition().layer(), wanted.layer())) {
            return Future.succeededFuture(current.with(wanted));
        }
        return LayerRows.join(write, wanted.layer())
                .map(layer -> current.with(wanted).with(layer));
    }

    /** What a patch does to an experiment; with what is refused if it would move users. */
    record Step(StoredExperiment before, StoredExperiment after, @Nullable Holdout holdout, List<FieldError> refused) {
        static Step allowed(StoredExperiment before, StoredExperiment after, @Nullable Holdout holdout) {
            return new Step(before, after, holdout, List.of());
        }

        /** Whom it moves. What is refused is counted as if it were served, so that the answer is the same for a paused one. */
        Impact impact(@Nullable Attributes known) {
            return refused.isEmpty()
                    ? Preview.impact(Served.of(before), Served.of(after), holdout, known)
                    : Preview.impact(Served.experiment(before), Served.experiment(after), holdout, known);
        }

        Preview preview(List<StoredExperiment> served, @Nullable Attributes known) {
            return new Preview(after, impact(known), Preview.snapshot(served, after, holdout), refused);
        }
    }
}
