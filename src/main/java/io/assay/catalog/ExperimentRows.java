package io.assay.catalog;

import io.assay.catalog.StoredExperiment.Identity;
import io.assay.catalog.StoredExperiment.LayerSalt;
import io.assay.engine.Slots;
import io.assay.protocol.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Experiments as rows: the one place that knows the columns. */
final class ExperimentRows {
    private static final String SELECT =
            """
            select e.*, l.key as layer_key, l.salt as layer_salt,
              array(select key from variant where experiment_id = e.id order by ordinal) as variant_keys,
              array(select buckets from variant where experiment_id = e.id order by ordinal) as variant_buckets,
              array(select config from variant where experiment_id = e.id order by ordinal) as variant_configs,
              array(select dropped from variant where experiment_id = e.id order by ordinal) as variant_dropped,
              array(select from_slot from slot_range where experiment_id = e.id and freed_at is null order by from_slot) as slots_from,
              array(select to_slot from slot_range where experiment_id = e.id and freed_at is null order by from_slot) as slots_to,
              array(select key from measured_metric where experiment_id = e.id order by ordinal) as metric_keys,
              array(select event from measured_metric where experiment_id = e.id order by ordinal) as metric_events,
              array(select kind from measured_metric where experiment_id = e.id order by ordinal) as metric_kinds,
              array(select "window" from measured_metric where experiment_id = e.id order by ordinal) as metric_windows
            from experiment e join layer l on l.id = e.layer_id
            """;

    private ExperimentRows() {}

    /** The experiments that a condition on {@code e} selects; it may be followed by order and limit. */
    static Future<List<StoredExperiment>> select(SqlClient client, String where, @Nullable Object... arguments) {
        return fetch(client, where, arguments).map(ExperimentRows::read);
    }

    /** The same, to be {@link #read} elsewhere: for many it takes a while. */
    static Future<RowSet<Row>> fetch(SqlClient client, String where, @Nullable Object... arguments) {
        return client.preparedQuery(SELECT + where).execute(Tuple.from(arguments));
    }

    static List<StoredExperiment> read(RowSet<Row> rows) {
        return rows.stream().map(ExperimentRows::experiment).toList();
    }

    static StoredExperiment experiment(Row row) {
        return new StoredExperiment(
                new Identity(row.getLong("seq"), row.getString("id"), row.getString("salt")),
                row.getLong("revision"),
                definition(row),
                new LayerSalt(row.getLong("layer_id"), row.getString("layer_salt")),
                slots(row.getArrayOfIntegers("slots_from"), row.getArrayOfIntegers("slots_to")),
                measured(row),
                life(row));
    }

    private static Definition definition(Row row) {
        String targeting = row.getString("targeting");
        return new Definition(
                row.getString("key"),
                row.getString("name"),
                row.getString("description"),
                row.getString("owner"),
                variants(row),
                targeting == null ? null : ExperimentJson.object(targeting),
                row.getString("layer_key"),
                row.getInteger("rollout"),
                overrides(row.getString("overrides")),
                choices(row.getString("metrics")),
                instant(row, "start_at"),
                instant(row, "end_at"));
    }

    private static Life life(Row row) {
        return new Life(
                Status.of(row.getString("status")).orElseThrow(),
                row.getOffsetDateTime("created_at").toInstant(),
                instant(row, "launched_at"),
                instant(row, "concluded_at"),
                instant(row, "killed_at"),
                row.getBoolean("served"));
    }

    private static List<VariantDefinition> variants(Row row) {
        String[] keys = row.getArrayOfStrings("variant_keys");
        Integer[] buckets = row.getArrayOfIntegers("variant_buckets");
        String[] configs = row.getArrayOfStrings("variant_configs");
        Boolean[] dropped = row.getArrayOfBooleans("variant_dropped");
        List<VariantDefinition> variants = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            variants.add(new VariantDefinition(keys[i], buckets[i], configs[i], dropped[i]));
        }
        return variants;
    }

    private static List<MetricDefinition> measured(Row row) {
        String[] keys = row.getArrayOfStrings("metric_keys");
        String[] events = row.getArrayOfStrings("metric_events");
        String[] kinds = row.getArrayOfStrings("metric_kinds");
        @Nullable String[] windows = row.getArrayOfStrings("metric_windows");
        List<MetricDefinition> metrics = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            metrics.add(new MetricDefinition(keys[i], events[i], MetricDefinition.kind(kinds[i]), windows[i]));
        }
        return metrics;
    }

    private static Slots slots(Integer[] from, Integer[] to) {
        int[][] ranges = new int[from.length][];
        for (int i = 0; i < from.length; i++) {
            ranges[i] = new int[] {from[i], to[i]};
        }
        return Slots.of(ranges);
    }

    private static Map<String, String> overrides(String text) {
        Map<String, String> overrides = new LinkedHashMap<>();
        ExperimentJson.object(text).forEach((user, variant) -> overrides.put(user, String.valueOf(variant)));
        return overrides;
    }

    private static List<MetricChoice> choices(String text) {
        List<MetricChoice> choices = new ArrayList<>();
        if (ExperimentJson.value(text) instanceof List<?> list) {
            Findings findings = new Findings();
            list.forEach(value ->
                    Stream.ofNullable(MetricReader.choice(value, "", findings)).forEach(choices::add));
        }
        return choices;
    }

    static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }

    static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    /** Writes all that may change of it, but for its slots. */
    static Future<Void> update(Write write, StoredExperiment experiment) {
        Definition definition = experiment.definition();
        Life life = experiment.life();
        return write.run(
                        """
                        update experiment set key = $2, layer_id = $3, name = $4, description = $5, owner = $6, status = $7,
                          revision = $8, targeting = $9, overrides = $10, metrics = $11, rollout = $12, start_at = $13,
                          end_at = $14, launched_at = $15, concluded_at = $16, killed_at = $17, served = $18 where id = $1""",
                        experiment.id(),
                        experiment.key(),
                        experiment.layer().id(),
                        definition.name(),
                        definition.description(),
                        definition.owner(),
                        experiment.status().text(),
                        experiment.revision(),
                        definition.targeting() == null ? null : Json.write(definition.targeting()),
                        Json.write(definition.overrides()),
                        Json.write(ExperimentJson.metrics(definition.metrics())),
                        definition.rollout(),
                        time(definition.start()),
                        time(definition.end()),
                        time(life.launched()),
                        time(life.concluded()),
                        time(life.killed()),
                        life.served())
                .compose(updated -> variants(write, experiment.id(), definition.variants()))
                .compose(replaced -> measured(write, experiment.id(), experiment.measured()))
                .compose(replaced -> ArmRows.note(write, experiment));
    }

    private static Future<Void> variants(Write write, String id, List<VariantDefinition> variants) {
        return write.run("delete from variant where experiment_id = $1", id)
                .compose(deleted -> write.run(
                        """
                        insert into variant (experiment_id, ordinal, key, buckets, config, dropped)
                        select $1, v.ordinal, v.key, v.buckets, v.config, v.dropped
                        from unnest($2::text[], $3::int[], $4::text[], $5::boolean[]) with ordinality as v (key, buckets, config, dropped, ordinal)""",
                        id,
                        variants.stream().map(VariantDefinition::key).toArray(String[]::new),
                        variants.stream().map(VariantDefinition::buckets).toArray(Integer[]::new),
                        variants.stream().map(VariantDefinition::config).toArray(String[]::new),
                        variants.stream().map(VariantDefinition::dropped).toArray(Boolean[]::new)))
                .mapEmpty();
    }

    private static Future<Void> measured(Write write, String id, List<MetricDefinition> metrics) {
        return write.run("delete from measured_metric where experiment_id = $1", id)
                .compose(deleted -> write.run(
                        """
                        insert into measured_metric (experiment_id, ordinal, key, event, kind, "window")
                        select $1, m.ordinal, m.key, m.event, m.kind, m."window"
                        from unnest($2::text[], $3::text[], $4::text[], $5::text[]) with ordinality as m (key, event, kind, "window", ordinal)""",
                        id,
                        metrics.stream().map(MetricDefinition::key).toArray(String[]::new),
                        metrics.stream().map(MetricDefinition::event).toArray(String[]::new),
                        metrics.stream().map(MetricDefinition::kindText).toArray(String[]::new),
                        metrics.stream().map(MetricDefinition::window).toArray(String[]::new)))
                .mapEmpty();
    }
}
