package io.assay.catalog;

import io.assay.catalog.Write.Subject;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which generation of the counts is served, and the building of a new one. */
public final class Measurement {
    private static final Subject SUBJECT = new Subject("measurement", "generation");
    private static final String ROW =
            "select served_generation, building_generation, last_generation, building_since from measurement";
    private final Database database;
    private final int first;

    /** @param first the generation that is served as long as nothing was ever built anew */
    Measurement(Database database, int first) {
        this.database = database;
        this.first = first;
    }

    public Future<Generations> generations() {
        return database.read(this::generations);
    }

    Future<Generations> generations(SqlClient client) {
        return client.query(ROW).execute().map(this::read);
    }

    /** Begins to build a new generation; 409 while one is being built. */
    public Future<Generations> begin(String who) {
        return database.write(who, write -> locked(write).compose(before -> {
            if (before.building() != null) {
                throw ApiError.conflict(
                        "rebuilding",
                        "Generation " + before.building() + " is being built; flip it or give it up first.");
            }
            return write.run("update measurement set last_generation = last_generation + 1,"
                            + " building_generation = last_generation + 1, building_since = now()")
                    .compose(done -> changed(write, "begin", before));
        }));
    }

    /** Serves the generation that was built instead of the one that is served; 409 if it is not that one which is being built. */
    public Future<Generations> flip(int built, String who) {
        return end("flip", "served_generation = building_generation", built, who);
    }

    /** Stops building that generation; 409 if it is not that one which is being built. */
    public Future<Generations> giveUp(int built, String who) {
        return end("give_up", "served_generation = served_generation", built, who);
    }

    private Future<Generations> end(String action, String assignment, int built, String who) {
        return database.write(who, write -> locked(write).compose(before -> {
            Integer building = before.building();
            if (building == null || building != built) {
                throw ApiError.conflict("not_rebuilding", "Generation " + built + " is not being built.");
            }
            return write.run("update measurement set " + assignment
                            + ", building_generation = null, building_since = null")
                    .compose(done -> changed(write, action, before));
        }));
    }

    private Future<Generations> locked(Write write) {
        return write.run(
                        "insert into measurement (served_generation, last_generation) values ($1, $1) on conflict do nothing",
                        first)
                .compose(there -> write.run(ROW + " for update"))
                .map(this::read);
    }

    private Future<Generations> changed(Write write, String action, Generations before) {
        return generations(write.connection()).compose(after -> write.audit(action, SUBJECT, view(before), view(after))
                .map(after));
    }

    private static Map<String, @Nullable Object> view(Generations generations) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("served", generations.served());
        view.put("building", generations.building());
        return view;
    }

    private Generations read(RowSet<Row> rows) {
        if (rows.size() == 0) {
            return Generations.only(first);
        }
        Row row = rows.iterator().next();
        return new Generations(
                first,
                row.getInteger("served_generation"),
                row.getInteger("building_generation"),
                row.getInteger("last_generation"),
                ExperimentRows.instant(row, "building_since"));
    }
}
