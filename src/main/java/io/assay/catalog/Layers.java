package io.assay.catalog;

import io.assay.platform.ApiError;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The layers that experiments share, with who has which slots and what is free. */
public final class Layers {
    private static final String SHARED = "select id, key, created_at from layer where key is not null ";
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
        return database.readAtOnce(connection -> connection
                .query(SHARED + "order by key")
                .execute()
                .compose(rows -> Future.join(
                                rows.stream().map(row -> view(connection, row)).toList())
                        .map(views -> views.<Map<String, Object>>list())));
    }

    /** One shared layer, else 404. */
    public Future<Map<String, Object>> get(String key) {
        return database.readAtOnce(connection -> get(connection, key));
    }

    private static Future<Map<String, Object>> get(SqlClient client, String key) {
        return client.preparedQuery(SHARED + "and key = $1")
                .execute(Tuple.of(key))
                .compose(rows -> rows.stream()
                        .findFirst()
                        .map(row -> view(client, row))
                        .orElseThrow(() -> ApiError.notFound("There is no layer " + key + ".")));
    }

    private static Future<Map<String, Object>> view(SqlClient client, Row row) {
        long id = row.getLong("id");
        return LayerRows.book(client, id)
                .compose(book -> ExperimentRows.select(client, "where e.layer_id = $1 order by e.seq", id)
                        .map(members -> view(row, book, members)));
    }

    private static Map<String, Object> view(Row row, SlotBook book, List<StoredExperiment> members) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("key", row.getString("key"));
        view.put("free_percent", Percent.of(book.free()));
        view.put("free_slots", ExperimentJson.ranges(book.freeSlots()));
        view.put("experiments", members.stream().map(Layers::member).toList());
        view.put("created_at", String.valueOf(ExperimentRows.instant(row, "created_at")));
        return view;
    }

    private static Map<String, Object> member(StoredExperiment experiment) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("experiment_id", experiment.id());
        view.put("key", experiment.key());
        view.put("status", experiment.status().text());
        view.put("slots", ExperimentJson.ranges(experiment.slots()));
        return view;
    }
}
