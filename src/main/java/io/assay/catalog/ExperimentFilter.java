package io.assay.catalog;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Which experiments a list shows.
 *
 * @param layer the name of a shared layer, or the key of the experiment that has one of its own
 * @param text part of key, name, description or owner, in any case
 * @param before only those made before that one, by {@code seq}
 * @param limit at most that many; less if they are large
 */
public record ExperimentFilter(
        @Nullable Status status, @Nullable String layer, @Nullable String text, @Nullable Long before, int limit) {
    /* A page ends where it has enough bytes, but never without an experiment. Places are in the order of creation, which
    nothing changes: what comes in between while somebody turns pages is neither shown twice nor in place of another. */
    private static final int PAGE_BYTES = 1024 * 1024;
    private static final String PAGE =
            """
            with found as (
              select e.id, e.seq,
                octet_length(e.description) + octet_length(e.overrides) + octet_length(e.metrics) + coalesce(octet_length(e.targeting), 0)
                  + (select coalesce(sum(octet_length(v.config)), 0) from variant v where v.experiment_id = e.id) as bytes
              from experiment e join layer l on l.id = e.layer_id
              where ($1::text is null or e.status = $1)
                and ($2::text is null or l.key = $2 or l.key is null and e.key = $2)
                and ($3::text is null or position(lower($3) in lower(e.key || chr(10) || e.name || chr(10) || e.description || chr(10) || e.owner)) > 0)
                and ($4::bigint is null or e.seq < $4)
              order by e.seq desc limit $5 + 1)
            select id, seq, found from (
              select id, seq, sum(bytes) over (order by seq desc) as bytes, row_number() over (order by seq desc) as place,
                count(*) over () as found
              from found) page
            where place <= $5 and (bytes <= $6 or place = 1) order by seq desc""";

    /** The rows {@code id}, {@code seq} of a page, and {@code found}: how many there are with the next one. */
    Future<RowSet<Row>> select(SqlClient client) {
        return client.preparedQuery(PAGE)
                .execute(Tuple.of(status == null ? null : status.text(), layer, text, before, limit, PAGE_BYTES));
    }
}
