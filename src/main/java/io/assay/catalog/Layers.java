package io.assay.catalog;

import io.assay.catalog.SlotBook.Entry;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The layers that experiments share, with who has which slots and what is free. */
public final class Layers {
    private static final String SHARED = " l.key is not null and ($1::text is null or l.key = $1) ";
    private static final String LAYERS =
            "select l.id, l.key, l.created_at from layer l where" + SHARED + "order by l.key";
    private static final String SLOTS = "select r.* from slot_range r join layer l on l.id = r.layer_id where" + SHARED;
    private static final String MEMBERS =
            """
            select e.id, e.key, e.status, e.layer_id from experiment e join layer l on l.id = e.layer_id where\s"""
                    + SHARED + "order by e.seq";
    private final Database database;

    Layers(Database database) {
        this.database = database;
    }

    /** Makes a layer of a request's body {@code {key}}. */
    public Future<Map<String, Object>> create(Map<String, ?> body, String who) {
        Findings findings = new Findings();
        Fields fields = new Fields(body, "", findings).only("key");
        String key = String.valueOf(fields.required("key", fields.matching("key", Fields.KEY)));
        findings.refuse();
        return database.write(who, write -> LayerRows.insert(write, key)
                .map(made ->
                        made.orElseThrow(() -> ApiError.conflict("key_taken", "There is a layer " + key + " already.")))
                .compose(made -> get(write.connection(), key)));
    }

    /** All shared layers, by key. */
    public Future<List<Map<String, Object>>> list() {
        return database.readAtOnce(connection -> views(connection, null));
    }

    /** One shared layer, else 404. */
    public Future<Map<String, Object>> get(String key) {
        return database.readAtOnce(connection -> get(connection, key));
    }

    private static Future<Map<String, Object>> get(SqlClient client, String key) {
        return views(client, key).map(views -> views.stream()
                .findFirst()
                .orElseThrow(() -> ApiError.notFound("There is no layer " + key + ".")));
    }

    /** That layer or all, by as many statements for one as for a thousand. */
    private static Future<List<Map<String, Object>>> views(SqlClient client, @Nullable String key) {
        return select(client, LAYERS, key).compose(layers -> select(client, SLOTS, key)
                .compose(slots -> select(client, MEMBERS, key).map(members -> {
                    Map<Long, List<Row>> held = byLayer(slots);
                    Map<Long, List<Row>> in = byLayer(members);
                    return layers.stream().map(layer -> view(layer, held, in)).toList();
                })));
    }

    private static Future<RowSet<Row>> select(SqlClient client, String sql, @Nullable String key) {
        return client.preparedQuery(sql).execute(Tuple.of(key));
    }

    private static Map<Long, List<Row>> byLayer(RowSet<Row> rows) {
        return rows.stream().collect(Collectors.groupingBy(row -> row.getLong("layer_id")));
    }

    private static Map<String, Object> view(Row layer, Map<Long, List<Row>> slots, Map<Long, List<Row>> members) {
        long id = layer.getLong("id");
        List<Entry> entries =
                slots.getOrDefault(id, List.of()).stream().map(LayerRows::entry).toList();
        return new LayerView(layer, entries, members.getOrDefault(id, List.of())).toMap();
    }
}
