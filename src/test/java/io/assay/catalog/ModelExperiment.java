package io.assay.catalog;

import java.util.ArrayList;
import java.util.List;

/** What an experiment should be: kept beside the real one. */
final class ModelExperiment {
    String id = "";
    final String key;
    String layer;
    Integer rollout;
    Status status = Status.DRAFT;
    int slots;
    boolean killed;
    boolean waits;
    boolean ends;
    final List<String> dropped = new ArrayList<>();
    int[] allocations;

    ModelExperiment(String key, String layer, Integer rollout, int... allocations) {
        this.key = key;
        this.layer = layer;
        this.rollout = rollout;
        this.allocations = allocations;
    }

    boolean isRunning() {
        return status.isRunning();
    }

    boolean isServed() {
        return status == Status.ACTIVE && !waits;
    }

    static String name(int variant) {
        return variant == 0 ? "control" : "v" + variant;
    }

    /** The variants as a request has them, with these allocations. */
    String variants(int... percents) {
        StringBuilder json = new StringBuilder("[");
        for (int v = 0; v < percents.length; v++) {
            json.append(v == 0 ? "" : ",").append("{\"key\":\"").append(name(v)).append("\",\"allocation\":");
            json.append(percents[v]).append(dropped.contains(name(v)) ? ",\"dropped\":true}" : "}");
        }
        return json.append(']').toString();
    }

    void conclude() {
        status = Status.CONCLUDED;
        slots = 0;
    }

    @Override
    public String toString() {
        return key + " " + status + " slots " + slots + (waits ? " waits" : "") + (killed ? " killed" : "");
    }
}
