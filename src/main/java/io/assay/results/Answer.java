package io.assay.results;

import io.assay.analytics.Scope;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The results of one experiment as they were read once, both scopes and both formats, ready to be sent and kept.
 *
 * @param readMillis when they were read
 * @param asOf up to when the log was in them
 */
record Answer(String experimentId, long readMillis, @Nullable Instant asOf, Map<Scope, Texts> texts) {
    static final String LAG = "lag_seconds";
    private static final String OPEN_LAG = "\"" + LAG + "\":null";

    /** One scope in both formats. */
    record Texts(String json, String csv) {}

    static Answer of(Report report, long nowMillis) {
        Map<Scope, Texts> texts = new EnumMap<>(Scope.class);
        for (Scope scope : Scope.values()) {
            texts.put(scope, new Texts(report.json(scope).encode(), report.csv(scope)));
        }
        return new Answer(report.experiment().id(), nowMillis, report.served().asOf(), texts);
    }

    long ageMillis(long nowMillis) {
        return Math.max(0, nowMillis - readMillis);
    }

    String csv(Scope scope) {
        return texts(scope).csv();
    }

    /** The JSON, with how long ago {@code as_of} is now and, if the store is away, how old the answer is. */
    String json(Scope scope, long nowMillis, boolean stale) {
        String json = texts(scope).json();
        StringBuilder members = new StringBuilder();
        if (asOf == null) {
            members.append(OPEN_LAG);
        } else {
            long lag = Math.max(0, nowMillis - asOf.toEpochMilli()) / 1000;
            members.append('"').append(LAG).append("\":").append(lag);
        }
        if (stale) {
            members.append(",\"stale\":true,\"age_seconds\":").append(ageMillis(nowMillis) / 1000);
        }
        int at = json.indexOf(OPEN_LAG); // nothing a user wrote stands before it but the key, which has no quotes
        return json.substring(0, at) + members + json.substring(at + OPEN_LAG.length());
    }

    private Texts texts(Scope scope) {
        Texts found = texts.get(scope);
        if (found == null) {
            throw new IllegalStateException("no " + scope);
        }
        return found;
    }

    /** As it is kept in Redis. */
    String encode() {
        JsonObject json = new JsonObject()
                .put("id", experimentId)
                .put("read", readMillis)
                .put("as_of", asOf == null ? null : asOf.toString());
        texts.forEach((scope, t) ->
                json.put(scope.text(), new JsonObject().put("json", t.json()).put("csv", t.csv())));
        return json.encode();
    }

    static Answer decode(String text) {
        JsonObject json = new JsonObject(text);
        Map<Scope, Texts> texts = new EnumMap<>(Scope.class);
        for (Scope scope : Scope.values()) {
            JsonObject t = json.getJsonObject(scope.text());
            texts.put(scope, new Texts(t.getString("json"), t.getString("csv")));
        }
        String asOf = json.getString("as_of");
        return new Answer(json.getString("id"), json.getLong("read"), asOf == null ? null : Instant.parse(asOf), texts);
    }
}
