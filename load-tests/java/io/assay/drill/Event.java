package io.assay.drill;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * Something a user did or saw, as it is known before anybody took it.
 *
 * @param id unique, whether it is sent along or not
 * @param experiment the id of the experiment that was shown, or null for a goal
 * @param name the variant that was shown, or the goal's name
 */
record Event(String id, String user, String experiment, String name, long micros, long ts) {
    static Event exposure(String id, String user, Trial trial, String variant, long ts) {
        return new Event(id, user, trial.id(), variant, 0, ts);
    }

    static Event goal(String id, String user, String name, long micros, long ts) {
        return new Event(id, user, null, name, micros, ts);
    }

    boolean isExposure() {
        return experiment != null;
    }

    /** As it is posted, with or without its id. */
    JsonObject json(boolean withId) {
        JsonObject json = new JsonObject();
        if (isExposure()) {
            json.put("type", "exposure").put("experiment", experiment).put("variant", name);
        } else {
            json.put("name", name);
            if (micros != 0) {
                json.put("value", BigDecimal.valueOf(micros, 6));
            }
        }
        json.put("timestamp", Instant.ofEpochMilli(ts).toString());
        return withId ? json.put("id", id) : json;
    }
}
