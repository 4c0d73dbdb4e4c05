package io.assay.audit;

import io.assay.analytics.Cells;
import io.assay.analytics.Standing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an audit has found so far, for one experiment in one generation. Belongs to one event loop. */
final class Report {
    private static final int SHOWN = 100;

    private final int number;
    private final String experimentId;
    private final String key;
    private final int generation;
    private final Instant began;
    private final JsonArray partitions = new JsonArray();
    private final JsonArray differences = new JsonArray();
    private int differing;
    private @Nullable Instant ended;
    private @Nullable String failure;

    /** One that has just begun. */
    Report(int number, String experimentId, String key, int generation, Instant began) {
        this.number = number;
        this.experimentId = experimentId;
        this.key = key;
        this.generation = generation;
        this.began = began;
    }

    String experimentId() {
        return experimentId;
    }

    int generation() {
        return generation;
    }

    boolean isRunning() {
        return ended == null;
    }

    boolean isFailed() {
        return failure != null;
    }

    /** How many numbers differ. */
    int differing() {
        return differing;
    }

    void add(Standing standing, List<Cells.Difference> found) {
        partitions.add(new JsonObject()
                .put("partition", standing.partition())
                .put("exposures", standing.at().exposures())
                .put("events", standing.at().events())
                .put("received", Instant.ofEpochMilli(standing.at().received()).toString())
                .put("differences", found.size()));
        differing += found.size();
        for (Cells.Difference difference : found) {
            if (differences.size() < SHOWN) {
                differences.add(new JsonObject()
                        .put("partition", standing.partition())
                        .put("cell", difference.cell())
                        .put("expected", difference.expected().toString())
                        .put("served", difference.found().toString()));
            }
        }
    }

    /** It is whole, or could not be made for that reason. */
    void end(Instant now, @Nullable String failure) {
        this.ended = now;
        this.failure = failure;
    }

    private String state() {
        if (isRunning()) {
            return "running";
        }
        return failure == null ? "done" : "failed";
    }

    JsonObject view() {
        JsonObject view = new JsonObject()
                .put("audit", number)
                .put("experiment_id", experimentId)
                .put("key", key)
                .put("generation", generation)
                .put("state", state())
                .put("began", began.toString())
                .put("ended", ended == null ? null : ended.toString())
                .put("equal", state().equals("done") ? differing == 0 : null)
                .put("partitions", partitions)
                .put("differing", differing)
                .put("differences", differences);
        return failure == null ? view : view.put("failure", failure);
    }
}
