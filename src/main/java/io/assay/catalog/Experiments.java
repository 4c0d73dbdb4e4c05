package io.assay.catalog;

import io.assay.catalog.Write.Subject;
import io.assay.engine.Attributes;
import io.assay.platform.ApiError;
import io.assay.protocol.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The experiments: made, changed, launched and ended. Every change is one transaction with its audit. */
public final class Experiments {
    private final Database database;
    private final Sample sample;

    Experiments(Database database, Sample sample) {
        this.database = database;
        this.sample = sample;
    }

    /** Makes a draft of a request's body. */
    public Future<StoredExperiment> create(Map<String, ?> body, String who) {
        Definition definition = DefinitionReader.read(body);
        Edits.requireNothingDropped(definition);
        return database.write(who, write -> Drafts.insert(write, definition, "create"));
    }

    static Subject subject(StoredExperiment experiment) {
        return new Subject("experiment", experiment.id());
    }

    /** One experiment by id or key; drafts too. */
    public Future<Optional<StoredExperiment>> find(String idOrKey) {
        return database.read(pool -> select(pool, idOrKey));
    }

    private static Future<Optional<StoredExperiment>> select(SqlClient client, String idOrKey) {
        return ExperimentRows.select(client, "where e.id = $1 or e.key = $1 order by e.id = $1 desc limit 1", idOrKey)
                .map(found -> found.stream().findFirst());
    }

    /** One experiment by id or key, else 404. */
    public Future<StoredExperiment> get(String idOrKey) {
        return find(idOrKey).map(found -> found.orElseThrow(() -> unknown(idOrKey)));
    }

    static ApiError unknown(String idOrKey) {
        return ApiError.notFound("There is no experiment " + idOrKey + ".");
    }

    /** What a user gets of it and why, else 404; also of one that is not served. */
    public Future<Explanation> explain(String idOrKey, String user, Attributes known) {
        return database.readAtOnce(connection -> select(connection, idOrKey)
                .map(found -> found.orElseThrow(() -> unknown(idOrKey)))
                .compose(found -> GlobalHoldout.inForce(connection)
                        .map(holdout -> new Explanation(found, holdout.orElse(null), user, known))));
    }

    /** A page of experiments, newest first. */
    public Future<Page> list(ExperimentFilter filter) {
        return database.readAtOnce(connection -> filter.select(connection).compose(places -> ExperimentRows.fetch(
                                connection, "where e.id = any($1) order by e.seq desc", (Object) ids(places))
                        .map(rows -> new Listed(places, rows))))
                .compose(listed -> database.offLoop(listed::page));
    }

    private static String[] ids(RowSet<Row> places) {
        return places.stream().map(row -> row.getString("id")).toArray(String[]::new);
    }

    private record Listed(RowSet<Row> places, RowSet<Row> rows) {
        Page page() {
            Long next = null;
            for (Row place : places) {
                next = place.getLong("found") > places.size() ? place.getLong("seq") : null;
            }
            List<Json.Raw> items = ExperimentRows.read(rows).stream()
                    .map(experiment -> new Json.Raw(Json.write(ExperimentJson.view(experiment))))
                    .toList();
            return new Page(items, next);
        }
    }

    /**
     * Applies a JSON merge patch: the status, and what the status allows. What would move users is refused with the share of
     * them, which is counted after the transaction has ended.
     */
    public Future<StoredExperiment> patch(String idOrKey, Map<String, ?> body, Revision expected, String who) {
        Patch patch = Patch.read(body);
        return change(idOrKey, expected, who, patch::apply)
                .recover(e -> e instanceof WouldReassign refused ? refusal(refused) : Future.failedFuture(e));
    }

    private <T> Future<T> refusal(WouldReassign refused) {
        return sample.run(refused::impact)
                .compose(impact -> Future.failedFuture(
                        WouldReassign.refusal(impact, "Conclude the experiment and copy it.", Map.of())
                                .withErrors(refused.refused())));
    }

    /**
     * What a patch would do, without doing it. What the patch would be refused for fails here too, but for what would move
     * users.
     *
     * @param known attributes that every user of the sample has; null: the targeting holds for all of them
     */
    public Future<Preview> preview(String idOrKey, Map<String, ?> body, Revision expected, @Nullable Attributes known) {
        Patch patch = Patch.read(body);
        return database.tryOut(write -> step(write, idOrKey, expected, patch)
                        .compose(step -> ExperimentRows.fetch(write.connection(), "where e.served")
                                .map(served -> new Tried(step, served))))
                .compose(tried -> sample.run(() -> tried.step().preview(ExperimentRows.read(tried.served()), known)));
    }

    private record Tried(Patch.Step step, RowSet<Row> served) {}

    private static Future<Patch.Step> step(Write write, String idOrKey, Revision expected, Patch patch) {
        return lock(write, idOrKey).compose(before -> {
            expected.require(before.revision());
            return write.now()
                    .map(now -> new Lifecycle(write, now))
                    .compose(lifecycle -> lifecycle
                            .settle(before)
                            .compose(current -> patch.apply(write, current, lifecycle))
                            .map(lifecycle::served))
                    .compose(after -> requireFreeKey(write, before, after)
                            .compose(free -> GlobalHoldout.inForce(write.connection()))
                            .map(holdout -> Patch.Step.allowed(before, after, holdout.orElse(null))))
                    .recover(e -> e instanceof WouldReassign refused
                            ? Future.succeededFuture(refused.step())
                            : Future.failedFuture(e));
        });
    }

    /** Takes it out at once and puts its key on the emergency list. */
    public Future<StoredExperiment> kill(String idOrKey, Revision expected, String who) {
        return change(
                idOrKey, expected, who, (write, current, lifecycle) -> Future.succeededFuture(lifecycle.kill(current)));
    }

    /** Applies what has become due. Says whether anything changed. */
    Future<Boolean> settle(String id) {
        return change(id, Revision.ANY, "schedule", (write, current, lifecycle) -> Future.succeededFuture(current))
                .map(true);
    }

    private interface Step {
        Future<StoredExperiment> apply(Write write, StoredExperiment current, Lifecycle lifecycle);
    }

    private Future<StoredExperiment> change(String idOrKey, Revision expected, String who, Step step) {
        return database.write(who, write -> lock(write, idOrKey).compose(before -> {
            expected.require(before.revision());
            return write.now().compose(now -> {
                Lifecycle lifecycle = new Lifecycle(write, now);
                return lifecycle
                        .settle(before)
                        .compose(current -> step.apply(write, current, lifecycle))
                        .compose(after -> save(write, before, lifecycle.served(after)));
            });
        }));
    }

    /* Locked first and read by a second statement: one that has waited for a lock sees other tables as they were before.
    Not "for update": rows of slots refer to all experiments of their layer, and changes of two of these would deadlock. */
    private static Future<StoredExperiment> lock(Write write, String idOrKey) {
        return write.run(
                        """
                        select id from experiment where id =
                          (select id from experiment where id = $1 or key = $1 order by id = $1 desc limit 1)
                        for no key update""",
                        idOrKey)
                .map(rows -> rows.stream()
                        .findFirst()
                        .orElseThrow(() -> unknown(idOrKey))
                        .getString("id"))
                .compose(id -> ExperimentRows.select(write.connection(), "where e.id = $1", id))
                .map(found -> found.get(0));
    }

    private static Future<StoredExperiment> save(Write write, StoredExperiment before, StoredExperiment after) {
        if (before.equals(after)) {
            return Future.succeededFuture(before);
        }
        StoredExperiment next = after.nextRevision();
        if (!Objects.equals(Served.of(before), Served.of(next))) {
            write.configChanged();
        }
        if ((before.life().killed() == null) != (next.life().killed() == null)) {
            write.emergencyChanged();
        }
        return requireFreeKey(write, before, next)
                .compose(free -> ExperimentRows.update(write, next))
                .recover(e -> Future.failedFuture(Database.isDuplicate(e) ? Drafts.keyTaken(next.key()) : e))
                .compose(done -> before.layer().equals(next.layer())
                        ? Future.succeededFuture()
                        : LayerRows.leave(write, before.layer()))
                .compose(done -> write.audit(
                        action(before, next), subject(next), ExperimentJson.view(before), ExperimentJson.view(next)))
                .map(next);
    }

    private static Future<Void> requireFreeKey(Write write, StoredExperiment before, StoredExperiment after) {
        if (before.key().equals(after.key())) {
            return Future.succeededFuture();
        }
        return write.run("select 1 from experiment where key = $1", after.key()).map(rows -> {
            if (rows.size() > 0) {
                throw Drafts.keyTaken(after.key());
            }
            return null;
        });
    }

    private static String action(StoredExperiment before, StoredExperiment after) {
        @Nullable Instant killed = before.life().killed();
        if (killed == null && after.life().killed() != null) {
            return "kill";
        }
        if (before.status() == after.status()) {
            return before.life().served() != after.life().served() ? "start" : "update";
        }
        return switch (after.status()) {
            case ACTIVE -> before.status() == Status.DRAFT ? "launch" : "resume";
            case PAUSED -> "pause";
            case CONCLUDED -> "conclude";
            case DRAFT -> "create";
        };
    }

    /** Deletes a draft; anything else is 409. */
    public Future<Void> delete(String idOrKey, Revision expected, String who) {
        return database.write(who, write -> lock(write, idOrKey).compose(draft -> {
            expected.require(draft.revision());
            if (draft.status() != Status.DRAFT) {
                throw ApiError.conflict(
                        "not_allowed",
                        "Only a draft can be deleted; this is " + draft.status().text() + ".");
            }
            return write.run("delete from experiment where id = $1", draft.id())
                    .compose(deleted -> LayerRows.leave(write, draft.layer()))
                    .compose(left -> write.audit("delete", subject(draft), ExperimentJson.view(draft), null));
        }));
    }

    /** Makes a draft like it under another key, with a new id and new salts, and without start and end. */
    public Future<StoredExperiment> copy(String idOrKey, Map<String, ?> body, String who) {
        Findings findings = new Findings();
        Fields fields = new Fields(body, "", findings).only("key");
        String key = String.valueOf(fields.required("key", fields.matching("key", Fields.KEY)));
        findings.refuse();
        return get(idOrKey).compose(source -> {
            Definition draft = source.definition().copy(key);
            return database.write(who, write -> Drafts.insert(write, draft, "copy"));
        });
    }
}
