package io.assay.catalog;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** {@link ArmChanges} as rows: they are only ever added. */
final class ArmRows {
    private static final String CHANGES =
            """
            select key, dropped_at, null as user_id from dropped_variant where experiment_id = $1
            union all
            select null, null, user_id from overridden_user where experiment_id = $1""";
    private static final String DROP =
            """
            insert into dropped_variant (experiment_id, key, dropped_at)
            select $1, key, date_trunc('milliseconds', clock_timestamp()) from unnest($2::text[]) as v (key)
            on conflict do nothing""";
    private static final String OVERRIDE =
            """
            insert into overridden_user (experiment_id, user_id)
            select $1, user_id from unnest($2::text[]) as o (user_id)
            on conflict do nothing""";

    private ArmRows() {}

    /** Notes what is new in an experiment that is about to be written; of a draft nothing counts. */
    static Future<Void> note(Write write, StoredExperiment experiment) {
        if (experiment.life().launched() == null) {
            return Future.succeededFuture();
        }
        Definition definition = experiment.definition();
        String[] dropped = definition.variants().stream()
                .filter(VariantDefinition::dropped)
                .map(VariantDefinition::key)
                .toArray(String[]::new);
        String[] overridden = definition.overrides().keySet().toArray(String[]::new);
        return note(write, DROP, experiment.id(), dropped)
                .compose(noted -> note(write, OVERRIDE, experiment.id(), overridden));
    }

    private static Future<Void> note(Write write, String sql, String id, String[] names) {
        return names.length == 0
                ? Future.succeededFuture()
                : write.run(sql, id, names).mapEmpty();
    }

    static Future<ArmChanges> select(SqlClient client, String id) {
        return client.preparedQuery(CHANGES).execute(Tuple.of(id)).map(rows -> {
            Map<String, Instant> dropped = new HashMap<>();
            Set<String> overridden = new HashSet<>();
            rows.forEach(row -> {
                String user = row.getString("user_id");
                if (user == null) {
                    Instant at = Objects.requireNonNull(ExperimentRows.instant(row, "dropped_at"));
                    dropped.put(row.getString("key"), at);
                } else {
                    overridden.add(user);
                }
            });
            return new ArmChanges(dropped, overridden);
        });
    }
}
