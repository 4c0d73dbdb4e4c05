package io.assay.catalog;

import io.assay.protocol.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
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

    /* Before and after are whole experiments, up to some hundred kilobytes each: they go out as the text they came as. A page
    ends where it has enough of them, but never without one; what it holds is known before it is read. */
    private static final int PAGE_BYTES = 1024 * 1024;
    private static final String PAGE =
            """
            with page as (
              select a.id, sum(coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0)) over (order by a.id desc) as bytes,
                row_number() over (order by a.id desc) as place, count(*) over () as found
              from (select * from audit where kind = 'experiment' and ($2::bigint is null or id < $2) and subject = coalesce(
                (select id from experiment where id = $1 or key = $1 order by id = $1 desc limit 1), $1)
                order by id desc limit $3 + 1) a)
            select a.*, k.name, page.found from page join audit a on a.id = page.id left join api_key k on k.id = a.who
            where page.place <= $3 and (page.bytes <= $4 or page.place = 1) order by a.id desc""";

    /**
     * A page, newest first; 404 for what never was. A deleted draft is found by its id.
     *
     * @param before only entries older than that one; null: from the newest
     */
    public Future<Page> of(String idOrKey, @Nullable Long before, int limit) {
        return database.read(pool -> pool.preparedQuery(PAGE)
                .execute(Tuple.of(idOrKey, before, limit, PAGE_BYTES))
                .map(rows -> {
                    if (rows.size() == 0 && before == null) {
                        throw Experiments.unknown(idOrKey);
                    }
                    return page(rows);
                }));
    }

    private static Page page(RowSet<Row> rows) {
        List<Json.Raw> entries = new ArrayList<>();
        Long next = null;
        for (Row row : rows) {
            entries.add(new Json.Raw(Json.write(view(row))));
            next = row.getLong("found") > entries.size() ? row.getLong("id") : null;
        }
        return new Page(entries, next);
    }

    private static Map<String, Object> view(Row row) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", row.getLong("id"));
        view.put("at", String.valueOf(ExperimentRows.instant(row, "at")));
        view.put("who", row.getString("who"));
        put(view, "who_name", row.getString("name"));
        view.put("action", row.getString("action"));
        put(view, "before", raw(row.getString("before")));
        put(view, "after", raw(row.getString("after")));
        return view;
    }

    private static Json.@Nullable Raw raw(@Nullable String text) {
        return text == null ? null : new Json.Raw(text);
    }

    private static void put(Map<String, Object> map, String name, @Nullable Object value) {
        if (value != null) {
            map.put(name, value);
        }
    }
}
