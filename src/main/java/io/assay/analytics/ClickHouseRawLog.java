package io.assay.analytics;

import io.assay.analytics.Batch.RawExposure;
import io.assay.analytics.Batch.RawGoal;
import io.assay.analytics.ClickHouse.Row;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The raw log in ClickHouse, read a page at a time in the order of its key: users by a hash, so that a share of them is one
 * stretch of every part. What is stored twice until a merge drops it is read once.
 */
final class ClickHouseRawLog {
    private static final int PAGE = 20_000;
    private static final int HASHES = 1_024;
    private static final String COMMON = "SELECT bucket, topic, log_pos, user_id, event_id, ts, received_ts, ";

    private final ClickHouse database;

    ClickHouseRawLog(ClickHouse database) {
        this.database = database;
    }

    Future<Void> exposures(RawRange range, Function<List<RawExposure>, Future<Void>> reader) {
        var sql = COMMON + "experiment_id, variant_key FROM exposures_raw WHERE "
                + within("exposures_raw", range, range.exposures());
        return pages(
                sql,
                range,
                null,
                rows -> reader.apply(
                        rows.stream().map(row -> exposure(range, row)).toList()));
    }

    Future<Void> goals(RawRange range, Function<List<RawGoal>, Future<Void>> reader) {
        var sql = COMMON + "name, value_micros FROM goals_raw WHERE " + within("goals_raw", range, range.events());
        return pages(
                sql,
                range,
                null,
                rows -> reader.apply(rows.stream().map(row -> goal(range, row)).toList()));
    }

    private Future<Void> pages(
            String sql, RawRange range, @Nullable Row last, Function<List<Row>, Future<Void>> reader) {
        var page = sql + " AND user_id IN (SELECT user_id FROM exposures_raw WHERE "
                + within("exposures_raw", range, range.exposures()) + " AND experiment_id = "
                + ClickHouseLiteral.of(range.experimentId()) + ")" + after(last)
                + " ORDER BY bucket, user_id, log_pos LIMIT 1 BY log_pos LIMIT " + PAGE;
        return database.query(page).compose(found -> {
            var rows = found.rows().toList();
            var taken = reader.apply(rows);
            return rows.size() < PAGE
                    ? taken
                    : taken.compose(v -> pages(sql, range, rows.get(rows.size() - 1), reader));
        });
    }

    private static String after(@Nullable Row last) {
        if (last == null) {
            return "";
        }
        var user = ClickHouseLiteral.of(last.text(3));
        return " AND bucket >= " + last.small(0) + " AND (bucket > " + last.small(0) + " OR user_id > " + user
                + " OR user_id = " + user + " AND log_pos > " + last.number(2) + ")";
    }

    private static String within(String table, RawRange range, long offset) {
        long from = (long) range.bucket() * HASHES / range.buckets();
        long to = (range.bucket() + 1L) * HASHES / range.buckets();
        return "part = " + range.partition() + " AND bucket >= " + from + " AND bucket < " + to
                + " AND topic = (SELECT max(topic) FROM " + table + ") AND log_pos < " + Math.max(0, offset);
    }

    private static RawExposure exposure(RawRange range, Row row) {
        return new RawExposure(
                at(range, row), row.text(3), row.text(4), row.text(7), row.text(8), row.number(5), row.number(6));
    }

    private static RawGoal goal(RawRange range, Row row) {
        return new RawGoal(
                at(range, row),
                row.text(3),
                row.text(4),
                row.text(7),
                row.number(8),
                row.number(5),
                row.number(6),
                null);
    }

    private static Position at(RawRange range, Row row) {
        return new Position(row.small(1), range.partition(), row.number(2));
    }
}
