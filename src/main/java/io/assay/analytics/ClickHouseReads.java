package io.assay.analytics;

import static java.util.stream.Collectors.joining;

import io.assay.analytics.Batch.AggregateRow;
import io.assay.analytics.Batch.FirstExposure;
import io.assay.analytics.Batch.Progress;
import io.assay.analytics.Batch.Watermark;
import io.assay.analytics.ClickHouse.Answer;
import io.assay.analytics.ClickHouse.Row;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked of ClickHouse. Rows that newer ones replace are there until a merge drops them, so the newest of each key is
 * taken here: all its columns as one tuple, in one pass, so that they belong together whatever is being written.
 */
final class ClickHouseReads {
    private static final String AGE = "(topic, pos)";
    private static final String AGGREGATE = "(topic, pos, exposures_pos, events_pos, log_time, totals)";
    private static final String WATERMARK =
            "(topic, pos, partitions, received, horizon, exposures_pos, events_pos, log_time)";

    private final ClickHouse database;

    ClickHouseReads(ClickHouse database) {
        this.database = database;
    }

    Future<List<AggregateRow>> rows(int generation, String experimentId) {
        return database.query(aggregates(generation, experimentId, "part"))
                .map(found -> aggregates(generation, experimentId, found));
    }

    Future<List<DayTotals>> series(int generation, String experimentId) {
        return database.queryAside(
                aggregates(generation, experimentId, "part, day"),
                found -> DayTotals.of(aggregates(generation, experimentId, found)));
    }

    private static String aggregates(int generation, String experimentId, String key) {
        return "SELECT part, " + newest(AGGREGATE) + " FROM aggregate WHERE " + of(generation, experimentId)
                + " GROUP BY " + key + " ORDER BY " + key;
    }

    private static List<AggregateRow> aggregates(int generation, String experimentId, Answer found) {
        return found.rows()
                .map(row -> aggregate(generation, experimentId, row.small(0), row.tuple(1)))
                .toList();
    }

    private static AggregateRow aggregate(int generation, String experimentId, int partition, Row row) {
        return new AggregateRow(
                new Position(row.small(0), partition, row.number(1)),
                generation,
                experimentId,
                partition,
                progress(row, 2),
                TotalsJson.read(new JsonObject(row.text(5))));
    }

    Future<List<Watermark>> watermarks(int generation) {
        return database.query("SELECT part, " + newest(WATERMARK) + " FROM watermark WHERE generation = " + generation
                        + " GROUP BY part ORDER BY part")
                .map(found -> found.rows()
                        .map(row -> watermark(generation, row.small(0), row.tuple(1)))
                        .toList());
    }

    private static Watermark watermark(int generation, int partition, Row row) {
        return new Watermark(
                new Position(row.small(0), partition, row.number(1)),
                generation,
                partition,
                row.small(2),
                row.number(3),
                row.number(4),
                progress(row, 5));
    }

    Future<Optional<FirstExposure>> firstExposure(int generation, String experimentId, String user) {
        return database.query(
                        "SELECT " + newest("(topic, pos, variant_key, ts, is_out)") + " FROM first_exposure WHERE "
                                + of(generation, experimentId) + " AND user_id = " + ClickHouseLiteral.of(user)
                                + " GROUP BY user_id")
                .map(found -> found.rows()
                        .map(row -> row.tuple(0))
                        .filter(row -> row.number(4) == 0)
                        .map(row -> new FirstExposure(
                                new Position(row.small(0), 0, row.number(1)),
                                generation,
                                experimentId,
                                user,
                                row.text(2),
                                row.number(3)))
                        .findFirst());
    }

    Future<List<Map<String, Long>>> firstExposures(int generation, String experimentId, List<Long> periodStarts) {
        if (periodStarts.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        var starts = periodStarts.stream().map(ClickHouseReads::number).collect(joining(", ", "[", "]"));
        // no FINAL: it may go over all generations and leave of each user the newest of any
        var sql = "SELECT arrayCount(start -> start <= ts, " + starts + ") AS period, variant_key, count() AS users "
                + "FROM (SELECT tupleElement(row, 1) AS ts, tupleElement(row, 2) AS variant_key, "
                + "tupleElement(row, 3) AS is_out FROM (SELECT " + newest("(ts, variant_key, is_out)")
                + " AS row FROM first_exposure WHERE " + of(generation, experimentId)
                + " GROUP BY user_id)) WHERE is_out = 0 AND ts >= " + number(periodStarts.get(0))
                + " GROUP BY period, variant_key";
        return database.query(sql).map(found -> {
            List<Map<String, Long>> periods = new ArrayList<>();
            periodStarts.forEach(start -> periods.add(new HashMap<>()));
            found.rows().forEach(row -> periods.get(row.small(0) - 1).put(row.text(1), row.number(2)));
            return periods;
        });
    }

    private static String newest(String columns) {
        return "argMax(" + columns + ", " + AGE + ")";
    }

    private static String of(int generation, String experimentId) {
        return "generation = " + generation + " AND experiment_id = " + ClickHouseLiteral.of(experimentId);
    }

    private static String number(long value) {
        return "toInt64(" + value + ")";
    }

    private static Progress progress(Row row, int from) {
        return new Progress(row.number(from), row.number(from + 1), row.number(from + 2));
    }
}
