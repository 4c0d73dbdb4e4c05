package io.assay.catalog;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The audit of one experiment: who did what when, and what it was before and after. */
public final class History {
    private final Database database;

    History(Database database) {
        this.database = database;
    }

    /**
     * A page, newest first; 404 for what never was. A deleted draft is found by its id.
     *
     * @param before only entries older than that one; null: from the newest
     */
    public Future<List<Map<String, Object>>> of(String idOrKey, @Nullable Long before, int limit) {
        return database.read(pool -> pool.preparedQuery(
                        """
                        select a.*, k.name from audit a left join api_key k on k.id = a.who
                        where a.kind = 'experiment' and ($2::bigint is null or a.id < $2) and a.subject = coalesce(
                          (select id from experiment where id = $1 or key = $1 order by id = $1 desc limit 1), $1)
                        order by a.id desc limit $3""")
                .execute(Tuple.of(idOrKey, before, limit))
                .map(rows -> {
                    if (rows.size() == 0 && before == null) {
                        throw Experiments.unknown(idOrKey);
                    }
                    return rows.stream().map(History::view).toList();
                }));
    }

    private static Map<String, Object> view(Row row) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", row.getLong("id"));
        view.put("at", String.valueOf(ExperimentRows.instant(row, "at")));
        view.put("who", row.getString("who"));
        put(view, "who_name", row.getString("name"));
        view.put("action", row.getString("action"));
        put(view, "before", object(row.getString("before")));
        put(view, "after", object(row.getString("after")));
        return view;
    }

    private static @Nullable Object object(@Nullable String text) {
        return text == null ? null : ExperimentJson.object(text);
    }

    private static void put(Map<String, Object> map, String name, @Nullable Object value) {
        if (value != null) {
            map.put(name, value);
        }
    }
}
