package io.assay.catalog;

import io.assay.catalog.Write.Subject;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;

/** Metrics by name. A change counts for experiments launched after it; a launch copies what it needs. */
public final class MetricDefinitions {
    private static final String SELECT = """
            select key, event, kind, "window" from metric_definition\s""";
    private final Database database;

    MetricDefinitions(Database database) {
        this.database = database;
    }

    /** Makes one of a request's body {@code {key, event, kind, window}}. */
    public Future<MetricDefinition> create(Map<String, ?> body, String who) {
        MetricDefinition made = MetricReader.read(body);
        return database.write(who, write -> write.run(
                        """
                        insert into metric_definition (key, event, kind, "window") values ($1, $2, $3, $4)
                        on conflict (key) do nothing""",
                        made.key(),
                        made.event(),
                        made.kindText(),
                        made.window())
                .compose(rows -> {
                    if (rows.rowCount() == 0) {
                        throw ApiError.conflict("key_taken", "There is a metric " + made.key() + " already.");
                    }
                    return write.audit("create", subject(made), null, made.toMap())
                            .map(made);
                }));
    }

    /** All of them, by key. */
    public Future<List<MetricDefinition>> list() {
        return database.read(pool -> pool.query(SELECT + "order by key")
                .execute()
                .map(rows -> rows.stream().map(MetricRows::definition).toList()));
    }

    /** One, else 404. */
    public Future<MetricDefinition> get(String key) {
        return database.read(pool -> pool.preparedQuery(SELECT + "where key = $1")
                .execute(Tuple.of(key))
                .map(rows -> first(rows, key)));
    }

    private static MetricDefinition first(RowSet<Row> rows, String key) {
        return rows.stream()
                .findFirst()
                .map(MetricRows::definition)
                .orElseThrow(() -> ApiError.notFound("There is no metric " + key + "."));
    }

    /** Applies a JSON merge patch; the key stays. */
    public Future<MetricDefinition> patch(String key, Map<String, ?> patch, String who) {
        return database.write(who, write -> write.run(SELECT + "where key = $1 for update", key)
                .compose(rows -> {
                    MetricDefinition before = first(rows, key);
                    MetricDefinition after = MetricReader.read(MergePatch.apply(before.toMap(), patch));
                    if (!after.key().equals(key)) {
                        throw ApiError.conflict("frozen", "The key of a metric does not change.");
                    }
                    return before.equals(after) ? Future.succeededFuture(before) : update(write, before, after);
                }));
    }

    private static Future<MetricDefinition> update(Write write, MetricDefinition before, MetricDefinition after) {
        return write.run(
                        """
                        update metric_definition set event = $2, kind = $3, "window" = $4 where key = $1""",
                        after.key(),
                        after.event(),
                        after.kindText(),
                        after.window())
                .compose(done -> write.audit("update", subject(after), before.toMap(), after.toMap()))
                .map(after);
    }

    private static Subject subject(MetricDefinition metric) {
        return new Subject("metric", metric.key());
    }
}
