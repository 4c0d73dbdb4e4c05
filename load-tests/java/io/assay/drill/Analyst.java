package io.assay.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Who asks a node for results, by its public interface. */
final class Analyst {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Scene scene;
    private final Node front;

    Analyst(Scene scene, Node front) {
        this.scene = scene;
        this.front = front;
    }

    /** The results as an analyst gets them, no older than that; without the variants that nobody was shown. */
    Map<String, String> served(Trial trial, long since) {
        Map<String, String> cells = new TreeMap<>();
        for (String scope : List.of("all", "clean")) {
            List<Map<String, String>> table = new ArrayList<>();
            scene.secondsUntil(PATIENCE, () -> {
                table.clear();
                table.addAll(ask(trial, scope));
                return !table.isEmpty() && isFresh(table.get(0).get("as_of"), since);
            });
            for (Map<String, String> row : table) {
                if (!row.get("exposures").equals("0")) {
                    cells.put(String.join("/", trial.id(), scope, row.get("variant"), row.get("metric")), cell(row));
                }
            }
        }
        return cells;
    }

    /** Users who are taken out of it because of a day with too much, as its results say. */
    int excludedUsers(Trial trial) {
        return new Api(front, readKey())
                .get(front.results("/experiments/" + trial.id() + "/results"), "Cache-Control", "no-cache")
                .json()
                .getJsonObject("quality")
                .getInteger("excluded_users");
    }

    private static boolean isFresh(String asOf, long since) {
        return !asOf.isEmpty() && Instant.parse(asOf).toEpochMilli() >= since;
    }

    private List<Map<String, String>> ask(Trial trial, String scope) {
        Api.Answer answer = new Api(front, readKey())
                .get(
                        front.results("/experiments/" + trial.id() + "/results?format=csv&scope=" + scope),
                        "Cache-Control",
                        "no-cache");
        if (answer.status() != 200) {
            return List.of();
        }
        List<String[]> lines = Arrays.stream(answer.text().split("\r\n"))
                .map(line -> line.split(",", -1))
                .toList();
        return lines.stream().skip(1).map(line -> named(lines.get(0), line)).toList();
    }

    private String readKey() {
        try {
            return scene.key("read");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> named(String[] names, String[] values) {
        Map<String, String> row = new TreeMap<>();
        IntStream.range(0, names.length).forEach(i -> row.put(names[i], values[i]));
        return row;
    }

    private static String cell(Map<String, String> row) {
        return String.join(
                " ",
                row.get("exposures"),
                row.get("impressions"),
                row.get("conversions"),
                row.get("events"),
                integer(row.get("sum"), 6),
                integer(row.get("sum_of_squares"), 12));
    }

    /** Conversions have no sums: they are of things without a value. */
    private static String integer(String decimal, int places) {
        return decimal.isEmpty()
                ? "0"
                : new BigDecimal(decimal)
                        .movePointRight(places)
                        .toBigIntegerExact()
                        .toString();
    }
}
