package io.assay.results;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was answered about one experiment when it was read, in all its forms, ready to be sent and kept.
 *
 * @param key what it is about; see {@link #key}
 * @param readMillis when it was read
 * @param asOf up to when the log was in it
 */
record Answer(String key, long readMillis, @Nullable Instant asOf, Map<Form, Texts> texts) {
    static final String LAG = "lag_seconds";
    private static final String OPEN_LAG = "\"" + LAG + "\":null";

    /** One form in both formats. */
    record Texts(String json, String csv) {}

    Answer {
        texts = Map.copyOf(texts);
    }

    /** The key of such an answer about that experiment. */
    static String key(String kind, String experimentId) {
        return kind + ":" + experimentId;
    }

    static Answer of(String key, Report report, long nowMillis) {
        Map<Form, Texts> texts = new HashMap<>();
        for (Form form : report.forms()) {
            texts.put(form, new Texts(report.json(form).encode(), report.csv(form)));
        }
        return new Answer(key, nowMillis, report.asOf(), texts);
    }

    /** How long all its texts are together. */
    long characters() {
        return texts.values().stream()
                .mapToLong(t -> t.json().length() + t.csv().length())
                .sum();
    }

    long ageMillis(long nowMillis) {
        return Math.max(0, nowMillis - readMillis);
    }

    /** The table; if the store is away, with two columns more that say so and how old it is. */
    String csv(Form form, long nowMillis, boolean stale) {
        String csv = texts(form).csv();
        if (!stale) {
            return csv;
        }
        int names = csv.indexOf(Csv.END); // no cell has a line's end in it: ids, keys and names have none
        String marks = ",true," + ageMillis(nowMillis) / 1000;
        return csv.substring(0, names)
                + ",stale,age_seconds"
                + csv.substring(names).replace(Csv.END, marks + Csv.END).substring(marks.length());
    }

    /** The JSON, with how long ago {@code as_of} is now and, if the store is away, how old the answer is. */
    String json(Form form, long nowMillis, boolean stale) {
        String json = texts(form).json();
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

    private Texts texts(Form form) {
        Texts found = texts.get(form);
        if (found == null) {
            throw new IllegalStateException("no " + form);
        }
        return found;
    }

    /** As it is kept in Redis. */
    String encode() {
        JsonObject forms = new JsonObject();
        texts.forEach((form, t) ->
                forms.put(form.text(), new JsonObject().put("json", t.json()).put("csv", t.csv())));
        return new JsonObject()
                .put("key", key)
                .put("read", readMillis)
                .put("as_of", asOf == null ? null : asOf.toString())
                .put("forms", forms)
                .encode();
    }

    static Answer decode(String text) {
        JsonObject json = new JsonObject(text);
        JsonObject forms = json.getJsonObject("forms");
        Map<Form, Texts> texts = new HashMap<>();
        for (Form form : Form.ALL) {
            JsonObject t = forms.getJsonObject(form.text());
            if (t != null) {
                texts.put(form, new Texts(t.getString("json"), t.getString("csv")));
            }
        }
        String asOf = json.getString("as_of");
        return new Answer(
                json.getString("key"), json.getLong("read"), asOf == null ? null : Instant.parse(asOf), texts);
    }
}
