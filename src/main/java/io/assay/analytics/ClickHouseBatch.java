package io.assay.analytics;

import static java.util.stream.Collectors.groupingBy;

import io.assay.analytics.Batch.AggregateRow;
import io.assay.analytics.Batch.DeadLetter;
import io.assay.analytics.Batch.FirstExposure;
import io.assay.analytics.Batch.Progress;
import io.assay.analytics.Batch.RawExposure;
import io.assay.analytics.Batch.RawGoal;
import io.assay.analytics.Batch.Watermark;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A batch as inserts of one block into one partition each, which ClickHouse takes as a whole or not at all. What the
 * totals stand for is there before them, and they before the watermark that speaks of them; after a failure all of it is
 * sent again and changes nothing that is there.
 */
final class ClickHouseBatch {
    private static final long DAY_MILLIS = 86_400_000;
    private static final String RAW = "(topic, part, log_pos, user_id, event_id, ts, received_ts, received_day, ";

    private final ClickHouse database;
    private final ClickHouseErasures erasures;
    private final ClickHouseWithdrawals withdrawals;

    ClickHouseBatch(ClickHouse database, ClickHouseErasures erasures, ClickHouseWithdrawals withdrawals) {
        this.database = database;
        this.erasures = erasures;
        this.withdrawals = withdrawals;
    }

    Future<Void> write(Batch batch) {
        return erasures.erase(batch.erasures())
                .compose(erased -> erasures.without(batch))
                .compose(left -> Future.join(
                        exposures(left.exposures()),
                        goals(left.goals()),
                        withdrawals.known(left.firstExposures()).compose(known -> firstExposures(known)
                                .compose(in -> withdrawals.withdraw(known))),
                        deadLetters(left.deadLetters())))
                .compose(stored -> aggregates(batch.aggregates()))
                .compose(stored -> watermarks(batch.watermarks()));
    }

    private Future<Void> exposures(List<RawExposure> rows) {
        return insert(
                "exposures_raw " + RAW + "experiment_id, variant_key)",
                rows,
                row -> month(row.received()),
                (to, row) -> raw(to, row.at(), row.user(), row.id(), row.ts(), row.received())
                        .text(row.experimentId())
                        .text(row.variant()));
    }

    private Future<Void> goals(List<RawGoal> rows) {
        return insert(
                "goals_raw " + RAW + "name, value_micros, properties)",
                rows,
                row -> month(row.received()),
                (to, row) -> raw(to, row.at(), row.user(), row.id(), row.ts(), row.received())
                        .text(row.name())
                        .number(row.valueMicros())
                        .text(row.properties()));
    }

    private static RowBinary raw(RowBinary to, Position at, String user, String id, long ts, long received) {
        return position(to, at).text(user).text(id).number(ts).number(received).day(day(received));
    }

    private Future<Void> aggregates(List<AggregateRow> rows) {
        return insert(
                "aggregate (topic, pos, generation, experiment_id, part, day, exposures_pos, events_pos, log_time, totals)",
                rows,
                AggregateRow::generation,
                (to, row) -> progress(
                                version(to, row.at())
                                        .number(row.generation())
                                        .text(row.experimentId())
                                        .number(row.partition())
                                        .number(row.progress().day()),
                                row.progress())
                        .text(TotalsJson.write(row.totals()).encode()));
    }

    private Future<Void> watermarks(List<Watermark> rows) {
        return insert(
                "watermark (topic, pos, generation, part, partitions, received, horizon, exposures_pos, events_pos, log_time)",
                rows,
                row -> 0,
                (to, row) -> progress(
                        version(to, row.at())
                                .number(row.generation())
                                .number(row.partition())
                                .number(row.partitions())
                                .number(row.received())
                                .number(row.horizon()),
                        row.progress()));
    }

    private Future<Void> firstExposures(List<FirstExposure> rows) {
        return insert(
                "first_exposure (topic, pos, generation, experiment_id, user_id, is_out, variant_key, ts)",
                rows,
                FirstExposure::generation,
                (to, row) -> version(to, row.at())
                        .number(row.generation())
                        .text(row.experimentId())
                        .text(row.user())
                        .flag(row.variant() == null)
                        .text(row.variant())
                        .number(row.ts()));
    }

    private Future<Void> deadLetters(List<DeadLetter> rows) {
        return insert(
                "dead_letter (topic, part, log_pos, source_topic, source_part, source_pos, reason, key, value)",
                rows,
                row -> 0,
                (to, row) -> position(to, row.at())
                        .text(row.topic())
                        .number(row.partition())
                        .number(row.offset())
                        .text(row.reason())
                        .text(row.key())
                        .text(row.value()));
    }

    /** One insert for every partition of the table that the rows go to. There may be as many rows as a poll gives. */
    private <R> Future<Void> insert(
            String columns, List<R> rows, Function<R, Object> partition, BiConsumer<RowBinary, R> write) {
        if (rows.isEmpty()) {
            return Future.succeededFuture();
        }
        return database.aside(() -> rows.stream().collect(groupingBy(partition)).values().stream()
                        .map(together -> block(together, write))
                        .toList())
                .compose(blocks -> Future.join(blocks.stream()
                        .map(block -> database.insert(columns, block))
                        .toList()))
                .mapEmpty();
    }

    private static <R> RowBinary block(List<R> rows, BiConsumer<RowBinary, R> write) {
        var block = new RowBinary();
        rows.forEach(row -> write.accept(block, row));
        return block;
    }

    private static RowBinary position(RowBinary to, Position at) {
        return to.number(at.topic()).number(at.partition()).number(at.offset());
    }

    private static RowBinary version(RowBinary to, Position at) {
        return to.number(at.topic()).number(at.offset());
    }

    private static RowBinary progress(RowBinary to, Progress progress) {
        return to.number(progress.exposures()).number(progress.events()).number(progress.received());
    }

    private static YearMonth month(long received) {
        return YearMonth.from(LocalDate.ofEpochDay(day(received)));
    }

    private static long day(long received) {
        return Math.floorDiv(received, DAY_MILLIS);
    }
}
