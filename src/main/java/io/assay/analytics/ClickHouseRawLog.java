package io.assay.analytics;

import io.assay.analytics.Batch.RawExposure;
import io.assay.analytics.Batch.RawGoal;
import io.assay.analytics.ClickHouse.Row;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Function;

/** The raw log in ClickHouse, read page by page in the order in which it lies there. */
final class ClickHouseRawLog {
    private static final int PAGE = 10_000;
    private static final int BUCKETS = 1_024;
    private static final String COLUMNS =
            "SELECT topic, part, log_pos, user_id, event_id, ts, received_ts, toUInt64(bucket), ";

    private final ClickHouse database;
    private final ClickHouseErasures erasures;

    ClickHouseRawLog(ClickHouse database, ClickHouseErasures erasures) {
        this.database = database;
        this.erasures = erasures;
    }

    /** The last row of a page. */
    private record Place(long bucket, String user, long offset) {
        static final Place BEFORE_ALL = new Place(-1, "", 0);

        String isPassed() {
            return bucket < 0
                    ? ""
                    : " AND (bucket, user_id, log_pos) > (" + bucket + ", " + ClickHouseLiteral.of(user) + ", " + offset
                            + ")";
        }
    }

    /** What all pages of one reading are of. */
    private record Reading<R>(String sql, Function<Row, R> row, Function<List<R>, Future<Void>> reader) {}

    Future<Void> exposures(RawRange range, Function<List<RawExposure>, Future<Void>> reader) {
        return newestTopic("exposures_raw").compose(exposures -> {
            var sql = COLUMNS + "experiment_id, variant_key FROM exposures_raw WHERE "
                    + below(range, exposures, range.exposures()) + " AND " + isShown(range, exposures);
            return read(new Reading<>(sql, ClickHouseRawLog::exposure, reader), range, exposures);
        });
    }

    Future<Void> goals(RawRange range, Function<List<RawGoal>, Future<Void>> reader) {
        return newestTopic("exposures_raw")
                .compose(exposures -> newestTopic("goals_raw").compose(goals -> {
                    var sql = COLUMNS + "name, value_micros FROM goals_raw WHERE " + below(range, goals, range.events())
                            + " AND " + isShown(range, exposures);
                    return read(new Reading<>(sql, ClickHouseRawLog::goal, reader), range, goals);
                }));
    }

    private <R> Future<Void> read(Reading<R> reading, RawRange range, int topic) {
        return erasures.in(topic, range.partition())
                .map(ClickHouseErasures.Last::of)
                .compose(erased -> pages(reading, erased, Place.BEFORE_ALL));
    }

    private <R> Future<Void> pages(Reading<R> reading, ClickHouseErasures.Last erased, Place after) {
        var sql =
                reading.sql + after.isPassed() + " ORDER BY bucket, user_id, log_pos LIMIT 1 BY log_pos LIMIT " + PAGE;
        return database.query(sql).compose(found -> {
            var page = found.rows().toList();
            var rows = page.stream()
                    .filter(row -> !erased.covers(at(row), row.text(3)))
                    .map(reading.row)
                    .toList();
            var done = rows.isEmpty() ? Future.<Void>succeededFuture() : reading.reader.apply(rows);
            if (page.size() < PAGE) {
                return done;
            }
            var end = page.get(PAGE - 1);
            return done.compose(taken -> pages(reading, erased, new Place(end.number(7), end.text(3), end.number(2))));
        });
    }

    private Future<Integer> newestTopic(String table) {
        return database.query("SELECT max(topic) FROM " + table)
                .map(found -> found.rows().findFirst().orElseThrow().small(0));
    }

    private static String isShown(RawRange range, int topic) {
        return "user_id IN (SELECT user_id FROM exposures_raw WHERE " + below(range, topic, range.exposures())
                + " AND experiment_id = " + ClickHouseLiteral.of(range.experimentId()) + ")";
    }

    private static String below(RawRange range, int topic, long offset) {
        return "part = " + range.partition() + " AND " + share(range.bucket(), range.buckets()) + " AND topic = "
                + topic + " AND log_pos < " + Math.max(0, offset);
    }

    /** Which users are in a share: a range of buckets, and if there are more shares than these, of parts of them. */
    static String share(long bucket, long buckets) {
        long parts = (buckets + BUCKETS - 1) / BUCKETS;
        long from = bucket * BUCKETS * parts / buckets;
        long to = (bucket + 1) * BUCKETS * parts / buckets;
        var ofBuckets = "bucket >= " + from / parts + " AND bucket <= " + (to - 1) / parts;
        var part = "bucket * " + parts + " + intDiv(cityHash64(user_id), " + BUCKETS + ") % " + parts;
        return parts == 1 ? ofBuckets : ofBuckets + " AND " + part + " >= " + from + " AND " + part + " < " + to;
    }

    private static RawExposure exposure(Row row) {
        return new RawExposure(
                at(row), row.text(3), row.text(4), row.text(8), row.text(9), row.number(5), row.number(6));
    }

    private static RawGoal goal(Row row) {
        return new RawGoal(
                at(row), row.text(3), row.text(4), row.text(8), row.number(9), row.number(5), row.number(6), null);
    }

    private static Position at(Row row) {
        return new Position(row.small(0), row.small(1), row.number(2));
    }
}
