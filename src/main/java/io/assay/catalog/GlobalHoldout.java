package io.assay.catalog;

import io.assay.catalog.Write.Subject;
import io.assay.engine.Attributes;
import io.assay.engine.Experiment;
import io.assay.engine.Holdout;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The share of users that are in no experiment at all. It may shrink; growing would take users out of what runs. */
public final class GlobalHoldout {
    private static final Subject SUBJECT = new Subject("holdout", "holdout");
    private static final int SHOWN = 20;
    private final Database database;
    private final Sample sample;

    GlobalHoldout(Database database, Sample sample) {
        this.database = database;
        this.sample = sample;
    }

    /** What is served of it: nothing if nobody is held out. */
    static Future<Optional<Holdout>> inForce(SqlClient client) {
        return client.query("select salt, slots from holdout where slots > 0")
                .execute()
                .map(rows ->
                        rows.stream().findFirst().map(row -> holdout(row.getString("salt"), row.getInteger("slots"))));
    }

    private static Holdout holdout(String salt, int slots) {
        return new Holdout(salt, Slots.of(new int[] {0, slots}));
    }

    /** {@code {percent}}. */
    public Future<Map<String, Object>> get() {
        return database.read(pool -> pool.query("select slots from holdout")
                .execute()
                .map(rows -> view(rows.iterator().next().getInteger("slots"))));
    }

    private static Map<String, Object> view(int slots) {
        return Map.of("percent", Percent.of(slots));
    }

    /** Sets it to a request's body {@code {percent}}. */
    public Future<Map<String, Object>> change(Map<String, ?> body, String who) {
        Findings findings = new Findings();
        Fields fields = new Fields(body, "", findings).only("percent");
        Integer wanted = fields.required("percent", fields.percent("percent", 0));
        findings.refuse();
        int slots = Objects.requireNonNull(wanted);
        return database.write(who, write -> write.run("select slots, salt from holdout for update")
                        .map(rows -> rows.iterator().next())
                        .compose(row -> change(write, row.getInteger("slots"), slots, row.getString("salt")))
                        .map(view(slots)))
                .recover(e -> e instanceof Growing growing
                        ? sample.run(growing::refusal).compose(Future::failedFuture)
                        : Future.failedFuture(e));
    }

    private Future<Void> change(Write write, int before, int after, @Nullable String salt) {
        if (before == after) {
            return Future.succeededFuture();
        }
        return (salt == null ? Salts.fresh(write) : Future.succeededFuture(salt))
                .compose(own -> requireNobodyLeaves(write, new Change(before, after, own))
                        .map(own))
                .compose(own -> write.run("update holdout set slots = $1, salt = $2", after, own))
                .compose(done -> {
                    write.configChanged();
                    return write.audit("update", SUBJECT, view(before), view(after));
                });
    }

    /* With a holdout that only grows nobody changes variant: who leaves is who was in something and is held out now. */
    private Future<Void> requireNobodyLeaves(Write write, Change change) {
        if (change.after() < change.before()) {
            return Future.succeededFuture();
        }
        return ExperimentRows.fetch(write.connection(), "where e.status in ('active', 'paused')")
                .map(rows -> {
                    if (rows.size() > 0) {
                        throw new Growing(change, rows);
                    }
                    return null;
                });
    }

    private record Change(int before, int after, String salt) {}

    /** Refused while something runs; how many it would take out is counted after the transaction. */
    private static final class Growing extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Change change;
        private final transient RowSet<Row> running;

        Growing(Change change, RowSet<Row> running) {
            super(WouldReassign.CODE, null, false, false);
            this.change = change;
            this.running = running;
        }

        ApiError refusal() {
            List<StoredExperiment> all = ExperimentRows.read(running);
            List<Experiment> everybody = all.stream()
                    .map(Served::experiment)
                    .map(experiment -> Preview.targeting(experiment.withoutOverrides(), null))
                    .sorted(Comparator.comparing(Experiment::key))
                    .toList();
            Impact impact = Sample.compare(
                    new Snapshot(0, holdout(change.salt(), change.before()), everybody),
                    new Snapshot(0, holdout(change.salt(), change.after()), everybody),
                    new Attributes());
            return WouldReassign.refusal(
                    impact,
                    "Conclude what runs and copy it; change the holdout in between.",
                    Map.of(
                            "running",
                            all.stream()
                                    .map(StoredExperiment::key)
                                    .sorted()
                                    .limit(SHOWN)
                                    .toList()));
        }
    }
}
