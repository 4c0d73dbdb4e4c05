package io.assay.catalog;

import io.assay.engine.Experiment;
import io.assay.engine.Holdout;
import io.assay.engine.Snapshot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The definitions in PostgreSQL: what is served, what is measured, and the parts that can be changed. */
public final class Catalog {
    private static final Logger log = LoggerFactory.getLogger(Catalog.class);
    private static final String VERSIONS = "select config, emergency, keys from version";
    private static final String DUE =
            """
            select id from experiment
            where status in ('active', 'paused') and end_at <= clock_timestamp()
               or status = 'active' and not served and start_at <= clock_timestamp()
               or killed_at is not null and concluded_at <= clock_timestamp() - interval '7 days'
            order by seq""";

    private final Vertx vertx;
    private final CatalogConfig config;
    private final Database database;
    private final Sample sample;

    private Catalog(Vertx vertx, CatalogConfig config, Supplier<Versions> floor) {
        this.vertx = vertx;
        this.config = config;
        this.database = new Database(vertx, config, floor);
        this.sample = new Sample(vertx);
    }

    /** The definitions in the database of the section {@code postgres}, for readers; connects at first use. */
    public static Catalog create(Vertx vertx, JsonObject config) {
        return create(vertx, config, () -> Versions.NONE);
    }

    /**
     * The same for whoever changes them.
     *
     * @param floor the highest versions that this node knows to be served: a database that was restored from an older backup
     *     would otherwise give its next changes versions that every node ignores
     */
    public static Catalog create(Vertx vertx, JsonObject config, Supplier<Versions> floor) {
        return new Catalog(vertx, CatalogConfig.from(config), floor);
    }

    /** Creates or updates the schema. */
    public Future<Void> migrate() {
        return Migrations.run(vertx, config);
    }

    /** The versions of what is served: cheap, to be asked often. */
    public Future<Versions> versions() {
        return database.read(pool -> pool.query(VERSIONS)
                .execute()
                .map(rows -> versions(rows.iterator().next())));
    }

    private static Versions versions(Row row) {
        return new Versions(row.getLong("config"), row.getLong("emergency"), row.getLong("keys"));
    }

    /** All that is served, with its versions, as of one moment. */
    public Future<CatalogSnapshot> load() {
        return database.readAtOnce(connection -> connection
                .query(VERSIONS)
                .execute()
                .map(rows -> versions(rows.iterator().next()))
                .compose(versions -> snapshot(connection, versions.config())
                        .compose(snapshot -> killed(connection).compose(killed -> ApiKeys.inForce(connection)
                                .map(keys -> new CatalogSnapshot(versions, snapshot, killed, keys))))));
    }

    /** Hundreds of experiments take a while to be read, so that is not done on the event loop. */
    private Future<Snapshot> snapshot(SqlClient client, long version) {
        return ExperimentRows.fetch(client, "where e.served").compose(rows -> GlobalHoldout.inForce(client)
                .compose(holdout -> database.offLoop(() -> snapshot(version, holdout, rows))));
    }

    private static Snapshot snapshot(long version, Optional<Holdout> holdout, RowSet<Row> rows) {
        List<Experiment> experiments = ExperimentRows.read(rows).stream()
                .map(Served::experiment)
                .sorted(Comparator.comparing(Experiment::key))
                .toList();
        return new Snapshot(version, holdout.orElse(null), experiments);
    }

    private static Future<List<String>> killed(SqlClient client) {
        return client.query("select key from experiment where killed_at is not null order by key")
                .execute()
                .map(rows -> rows.stream().map(row -> row.getString("key")).toList());
    }

    /** Lets starts and ends that are due take effect. Says whether there were any. */
    public Future<Boolean> applySchedule() {
        return database.read(pool -> pool.query(DUE).execute().map(rows -> rows.stream()
                        .map(row -> row.getString("id"))
                        .toList()))
                .compose(this::settleAll);
    }

    private Future<Boolean> settleAll(List<String> ids) {
        Future<Boolean> all = Future.succeededFuture(false);
        for (String id : ids) {
            all = all.compose(before -> experiments()
                    .settle(id)
                    .onFailure(e -> log.warn("The start or end of {} could not take effect: {}", id, e.toString()))
                    .otherwise(false)
                    .map(now -> before || now));
        }
        return all;
    }

    /** Every experiment that was ever launched, with what was frozen then, and the database's clock. */
    public Future<Measured> measured() {
        return database.readAtOnce(connection -> connection
                .query("select clock_timestamp() as now")
                .execute()
                .map(rows -> Objects.requireNonNull(
                        ExperimentRows.instant(rows.iterator().next(), "now")))
                .compose(now -> ExperimentRows.fetch(connection, "where e.launched_at is not null order by e.seq")
                        .compose(rows -> measurement()
                                .generations(connection)
                                .compose(generations -> database.offLoop(() -> new Measured(
                                        now.toEpochMilli(),
                                        ExperimentRows.read(rows).stream()
                                                .map(Catalog::measured)
                                                .toList(),
                                        generations))))));
    }

    /** How the experiment of that id or key is measured; drafts too, which have no metrics yet. */
    public Future<Optional<MeasuredExperiment>> measured(String idOrKey) {
        return find(idOrKey).map(found -> found.map(Catalog::measured));
    }

    /** What happened to the variants of the experiment of that id since its launch. */
    public Future<ArmChanges> armChanges(String id) {
        return database.read(pool -> ArmRows.select(pool, id));
    }

    private static MeasuredExperiment measured(StoredExperiment experiment) {
        Definition definition = experiment.definition();
        return new MeasuredExperiment(
                experiment.id(),
                experiment.key(),
                experiment.status(),
                definition.variants().stream()
                        .map(v -> new MeasuredVariant(v.key(), Percent.of(v.buckets()), v.dropped()))
                        .toList(),
                experiment.measured().stream().map(MetricDefinition::metric).toList(),
                millis(definition.start()),
                millis(definition.end()));
    }

    private static long millis(@Nullable Instant time) {
        return time == null ? Long.MAX_VALUE : time.toEpochMilli();
    }

    /** The ids of all drafts by their keys. */
    public Future<Map<String, String>> drafts() {
        return database.read(pool -> pool.query("select key, id from experiment where launched_at is null")
                .execute()
                .map(rows -> rows.stream()
                        .collect(Collectors.toMap(row -> row.getString("key"), row -> row.getString("id")))));
    }

    /** One experiment by id or key; drafts too. */
    public Future<Optional<StoredExperiment>> find(String idOrKey) {
        return experiments().find(idOrKey);
    }

    /** Which counts are served, and the building of new ones. */
    public Measurement measurement() {
        return new Measurement(database, config.generation());
    }

    /** The experiments, to be changed. */
    public Experiments experiments() {
        return new Experiments(database, sample);
    }

    /** What was done to experiments. */
    public History history() {
        return new History(database);
    }

    /** The shared layers. */
    public Layers layers() {
        return new Layers(database);
    }

    /** The metrics by name. */
    public MetricDefinitions metricDefinitions() {
        return new MetricDefinitions(database);
    }

    /** The share of users in no experiment. */
    public GlobalHoldout holdout() {
        return new GlobalHoldout(database, sample);
    }

    /** The keys, to be changed. */
    public ApiKeys keys() {
        return new ApiKeys(vertx, database);
    }

    /** Creates a key of each scope if there is no key at all, and writes each to the file of its scope in that folder, for the owner only. */
    public Future<Void> bootstrapKeys(Path folder) {
        return keys().bootstrap(folder);
    }

    public Future<Void> close() {
        return sample.close().eventually(database::close);
    }
}
