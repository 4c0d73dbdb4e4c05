package io.assay.catalog;

import io.assay.catalog.StoredExperiment.Identity;
import io.assay.catalog.StoredExperiment.LayerSalt;
import io.assay.engine.Slots;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;

/** New experiments. */
final class Drafts {
    private Drafts() {}

    /** Makes a draft; 409 if its key is taken. */
    static Future<StoredExperiment> insert(Write write, Definition definition, String action) {
        return LayerRows.join(write, definition.layer())
                .compose(layer -> Salts.fresh(write).compose(salt -> insert(write, definition, layer, salt)))
                .compose(made -> ExperimentRows.update(write, made)
                        .compose(
                                done -> write.audit(action, Experiments.subject(made), null, ExperimentJson.view(made)))
                        .map(made));
    }

    private static Future<StoredExperiment> insert(Write write, Definition definition, LayerSalt layer, String salt) {
        String id = Salts.id();
        return write.run(
                        """
                        insert into experiment (id, key, salt, layer_id) values ($1, $2, $3, $4)
                        on conflict (key) do nothing returning seq, created_at""",
                        id,
                        definition.key(),
                        salt,
                        layer.id())
                .map(rows -> rows.stream().findFirst().orElseThrow(() -> keyTaken(definition.key())))
                .map(row -> new StoredExperiment(
                        new Identity(row.getLong("seq"), id, salt),
                        1,
                        definition,
                        layer,
                        Slots.NONE,
                        List.of(),
                        new Life(
                                Status.DRAFT,
                                Objects.requireNonNull(ExperimentRows.instant(row, "created_at")),
                                null,
                                null,
                                null,
                                false)));
    }

    static ApiError keyTaken(String key) {
        return ApiError.conflict("key_taken", "There is an experiment with the key " + key + " already.");
    }
}
