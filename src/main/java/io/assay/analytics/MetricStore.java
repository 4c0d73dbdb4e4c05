package io.assay.analytics;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

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

    /** Fails with {@link RefusedRowsException} if a row is at fault and would be refused for ever; else it is worth a retry. */
    Future<Void> store(Batch batch);

    /** The newest totals of all partitions together; zeros for an experiment nothing is known of. */
    Future<ServedTotals> totals(int generation, String experimentId);

    /** The newest row of every partition that has one, with the part of the log it stands for. */
    Future<List<Batch.AggregateRow>> rows(int generation, String experimentId);

    /** The newest watermark of every partition that has one. Read before the rows, it says of which log they are at least. */
    Future<List<Batch.Watermark>> watermarks(int generation);

    /**
     * The totals at the end of every UTC day on which they changed, oldest first. A row whose day is unknown counts on all
     * days.
     */
    Future<List<DayTotals>> series(int generation, String experimentId);

    /** A user's first exposure in an experiment, unless there is none or the user is out of it. */
    Future<Optional<Batch.FirstExposure>> firstExposure(int generation, String experimentId, String user);

    /**
     * How many users each variant was the first for, by when that was.
     *
     * @param periodStarts ascending; a period ends where the next begins, the last one never; what lies before the first
     *     is left out
     * @return a map for every period, in the same order; variants nobody was first exposed to are missing
     */
    Future<List<Map<String, Long>>> firstExposures(int generation, String experimentId, List<Long> periodStarts);

    /** Every erasure in a partition of that topic, by its number, in the order of the log. */
    Future<List<Batch.Erasure>> erasures(int topic, int partition);

    /**
     * Reads the raw exposures of a range to the end, in no order, some at a time: the next are not read before the reader is
     * done with those it got.
     */
    Future<Void> rawExposures(RawRange range, Function<List<Batch.RawExposure>, Future<Void>> reader);

    /** Reads the raw goals of a range in the same way; their properties may be left out. */
    Future<Void> rawGoals(RawRange range, Function<List<Batch.RawGoal>, Future<Void>> reader);

    /** Removes totals, watermarks and first exposures of a generation for which nobody will ask again. */
    Future<Void> forget(int generation);

    Future<Void> close();
}
