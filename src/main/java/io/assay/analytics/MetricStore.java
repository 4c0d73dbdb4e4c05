package io.assay.analytics;

import io.vertx.core.Future;
import java.util.Optional;

/**
 * The store of counts. Writing is idempotent: the position in the log is the version, a lower one never wins, and a raw
 * record is kept once however often it comes.
 */
public interface MetricStore {
    /** Brings the store's own form up to date; safe when several nodes do so at once. */
    Future<Void> migrate();

    /**
     * The number of this topic in every {@link Position}. A topic that was deleted and made again has a new id, hence a
     * new, higher number: its positions start again at 0 and yet are the newer ones.
     */
    Future<Integer> register(String topic, String topicId);

    Future<Void> store(Batch batch);

    /** The newest totals of all partitions together; zeros for an experiment nothing is known of. */
    Future<ServedTotals> totals(int generation, String experimentId);

    /** A user's first exposure in an experiment, unless there is none or the user is out of it. */
    Future<Optional<Batch.FirstExposure>> firstExposure(String experimentId, String user);

    Future<Void> close();
}
