package io.assay.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * How the columns of a finished experiment's file become an experiment, exposures and goals: {@code experiment} as
 * for {@code POST /experiments}, {@code variant} {@code {column, values: {text: variant key}}}, {@code outcomes}
 * {@code [{column, event, value?}]}. A row whose outcome is empty or 0 has no goal of that event; with
 * {@code "value": true} the number is the goal's value.
 */
record ReplayMap(JsonObject experiment, String variantColumn, Map<String, String> variants, List<Outcome> outcomes) {
    record Outcome(String column, String event, boolean hasValue) {
        /** The goal's value, 1 for an outcome that is only counted, null where there is no goal. */
        @Nullable
        BigDecimal valueIn(CSVRecord row) {
            String text = row.get(column).trim();
            if (text.isEmpty()) {
                return null;
            }
            try {
                BigDecimal number = new BigDecimal(text);
                return number.signum() == 0 ? null : number;
            } catch (NumberFormatException e) {
                throw new UsageException("row " + row.getRecordNumber() + ", column " + column + ": \"" + text
                        + "\" (expected: a number)");
            }
        }
    }

    static ReplayMap read(Path file) {
        try {
            JsonObject json = new JsonObject(Files.readString(file));
            JsonObject variant = require(json.getJsonObject("variant"), file, "variant");
            Map<String, String> variants = new LinkedHashMap<>();
            require(variant.getJsonObject("values"), file, "variant.values")
                    .forEach(entry -> variants.put(entry.getKey(), String.valueOf(entry.getValue())));
            JsonArray list = require(json.getJsonArray("outcomes"), file, "outcomes");
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < list.size(); i++) {
                JsonObject outcome = list.getJsonObject(i);
                outcomes.add(new Outcome(
                        require(outcome.getString("column"), file, "outcomes." + i + ".column"),
                        require(outcome.getString("event"), file, "outcomes." + i + ".event"),
                        outcome.getBoolean("value", false)));
            }
            JsonObject experiment = require(json.getJsonObject("experiment"), file, "experiment");
            require(experiment.getString("key"), file, "experiment.key");
            return new ReplayMap(
                    experiment, require(variant.getString("column"), file, "variant.column"), variants, outcomes);
        } catch (IOException e) {
            throw new UsageException("can't read " + file);
        } catch (DecodeException | ClassCastException e) {
            throw new UsageException(file + ": " + e.getMessage());
        }
    }

    String variantOf(CSVRecord row) {
        String text = row.get(variantColumn);
        String variant = variants.get(text);
        if (variant == null) {
            throw new UsageException("row " + row.getRecordNumber() + ", column " + variantColumn + ": \"" + text
                    + "\" (expected one of: " + String.join(", ", variants.keySet()) + ")");
        }
        return variant;
    }

    /** Refuses a file that lacks a column. */
    void check(List<String> columns) {
        List<String> wanted = new ArrayList<>(List.of(variantColumn));
        outcomes.forEach(outcome -> wanted.add(outcome.column()));
        for (String column : wanted) {
            if (!columns.contains(column)) {
                throw new UsageException(
                        "the file has no column " + column + " (it has: " + String.join(", ", columns) + ")");
            }
        }
    }

    private static <T> T require(@Nullable T value, Path file, String name) {
        if (value == null) {
            throw new UsageException(file + ": " + name + " is missing");
        }
        return value;
    }
}
