package io.assay.catalog;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which experiments a list shows.
 *
 * @param layer the name of a shared layer, or the key of the experiment that has one of its own
 * @param text part of key, name, description or owner, in any case
 * @param before only those made before that one, by {@code seq}
 */
public record ExperimentFilter(
        @Nullable Status status, @Nullable String layer, @Nullable String text, @Nullable Long before, int limit) {
    Future<List<StoredExperiment>> select(SqlClient client) {
        return ExperimentRows.select(
                client,
                """
                where ($1::text is null or e.status = $1)
                  and ($2::text is null or l.key = $2 or l.key is null and e.key = $2)
                  and ($3::text is null or position(lower($3) in lower(e.key || chr(10) || e.name || chr(10) || e.description || chr(10) || e.owner)) > 0)
                  and ($4::bigint is null or e.seq < $4)
                order by e.seq desc limit $5""",
                status == null ? null : status.text(),
                layer,
                text,
                before,
                limit);
    }
}
