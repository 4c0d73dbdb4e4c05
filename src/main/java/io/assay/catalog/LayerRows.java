package io.assay.catalog;

import io.assay.catalog.SlotBook.Entry;
import io.assay.catalog.StoredExperiment.LayerSalt;
import io.assay.catalog.Write.Subject;
import io.assay.engine.Slots;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Layers and their slots as rows. */
final class LayerRows {
    private LayerRows() {}

    /** The layer of that name, made if there is none; without a name a new one. */
    static Future<LayerSalt> join(Write write, @Nullable String key) {
        if (key == null) {
            return insert(write, null).map(Optional::orElseThrow);
        }
        return find(write.connection(), key)
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found)
                        : insert(write, key)
                                .compose(made -> made.isPresent()
                                        ? Future.succeededFuture(made)
                                        : find(write.connection(), key)))
                .map(Optional::orElseThrow);
    }

    static Future<Optional<LayerSalt>> find(SqlClient client, String key) {
        return client.preparedQuery("select id, salt from layer where key = $1")
                .execute(Tuple.of(key))
                .map(LayerRows::first);
    }

    /** Nothing if there is one of that name already. */
    static Future<Optional<LayerSalt>> insert(Write write, @Nullable String key) {
        return Salts.fresh(write)
                .compose(salt -> write.run(
                        "insert into layer (key, salt) values ($1, $2) on conflict (key) do nothing returning id, salt",
                        key,
                        salt))
                .map(LayerRows::first)
                .compose(made -> made.isEmpty() || key == null
                        ? Future.succeededFuture(made)
                        : write.audit("create", new Subject("layer", key), null, Map.of("key", key))
                                .map(made));
    }

    private static Optional<LayerSalt> first(RowSet<Row> rows) {
        return rows.stream().findFirst().map(row -> new LayerSalt(row.getLong("id"), row.getString("salt")));
    }

    /** Forgets the own layer of an experiment that is in it no more. */
    static Future<Void> leave(Write write, LayerSalt layer) {
        return write.run("delete from layer where id = $1 and key is null", layer.id())
                .mapEmpty();
    }

    /** The slots of a layer, locked against everybody else who wants some. */
    static Future<SlotBook> lock(Write write, LayerSalt layer) {
        return write.run("select 1 from layer where id = $1 for no key update", layer.id())
                .compose(locked -> book(write.connection(), layer.id()));
    }

    static Future<SlotBook> book(SqlClient client, long layer) {
        return client.preparedQuery(
                        "select from_slot, to_slot, experiment_id, freed_at from slot_range where layer_id = $1")
                .execute(Tuple.of(layer))
                .map(rows -> new SlotBook(rows.stream().map(LayerRows::entry).toList()));
    }

    static Entry entry(Row row) {
        return new Entry(
                row.getInteger("from_slot"),
                row.getInteger("to_slot"),
                row.getString("experiment_id"),
                ExperimentRows.instant(row, "freed_at"));
    }

    static Future<Void> save(Write write, LayerSalt layer, SlotBook book) {
        List<Entry> entries = book.entries();
        List<@Nullable OffsetDateTime> freed = new ArrayList<>();
        entries.forEach(entry -> freed.add(ExperimentRows.time(entry.freedAt())));
        return write.run("delete from slot_range where layer_id = $1", layer.id())
                .compose(deleted -> write.run(
                        """
                        insert into slot_range (layer_id, from_slot, to_slot, experiment_id, freed_at)
                        select $1, s.* from unnest($2::int[], $3::int[], $4::text[], $5::timestamptz[]) as s""",
                        layer.id(),
                        entries.stream().map(Entry::from).toArray(Integer[]::new),
                        entries.stream().map(Entry::to).toArray(Integer[]::new),
                        entries.stream().map(Entry::experimentId).toArray(String[]::new),
                        freed.toArray(OffsetDateTime[]::new)))
                .mapEmpty();
    }

    /** Frees all slots of an experiment. */
    static Future<StoredExperiment> release(Write write, StoredExperiment experiment, Instant now) {
        return lock(write, experiment.layer()).compose(book -> {
            book.release(experiment.id(), now);
            return save(write, experiment.layer(), book).map(experiment.withSlots(Slots.NONE));
        });
    }
}
