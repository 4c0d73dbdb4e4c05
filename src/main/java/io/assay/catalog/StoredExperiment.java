package io.assay.catalog;

import io.assay.engine.Slots;
import java.util.List;

/**
 * An experiment as it stands in the database.
 *
 * @param revision moves with every change; the ETag
 * @param slots what it has of its layer; nothing before the launch and after the conclusion
 * @param measured its metrics, frozen at the launch
 */
public record StoredExperiment(
        Identity identity,
        long revision,
        Definition definition,
        LayerSalt layer,
        Slots slots,
        List<MetricDefinition> measured,
        Life life) {
    /**
     * What never changes.
     *
     * @param seq its place in the order of creation
     */
    public record Identity(long seq, String id, String salt) {}

    /** The layer that it is in: of its own or one that several share. */
    public record LayerSalt(long id, String salt) {}

    public StoredExperiment {
        measured = List.copyOf(measured);
    }

    public String id() {
        return identity.id();
    }

    public String key() {
        return definition.key();
    }

    public Status status() {
        return life.status();
    }

    StoredExperiment with(Definition other) {
        return new StoredExperiment(identity, revision, other, layer, slots, measured, life);
    }

    StoredExperiment with(Life other) {
        return new StoredExperiment(identity, revision, definition, layer, slots, measured, other);
    }

    StoredExperiment with(LayerSalt other) {
        return new StoredExperiment(identity, revision, definition, other, slots, measured, life);
    }

    StoredExperiment withSlots(Slots given) {
        return new StoredExperiment(identity, revision, definition, layer, given, measured, life);
    }

    StoredExperiment withMeasured(List<MetricDefinition> metrics) {
        return new StoredExperiment(identity, revision, definition, layer, slots, metrics, life);
    }

    StoredExperiment nextRevision() {
        return new StoredExperiment(identity, revision + 1, definition, layer, slots, measured, life);
    }
}
