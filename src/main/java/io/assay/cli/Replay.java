package io.assay.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * {@code bin/assay replay}: sends a finished experiment's rows through the public interface and prints the results.
 *
 * <p>Everything that identifies an event comes from its row number and the experiment's {@code start}, so that a
 * replay that was cut off, or is run again, counts nothing twice.
 */
final class Replay {
    private static final String USAGE =
            "usage: bin/assay replay --map MAP.json [--shuffle SEED] [--duplicate PERCENT] [--data DIR] [--port N] FILE.csv";
    private static final int EVENTS_PER_REQUEST = 500;

    private final Api api;
    private final ReplayMap map;

    private Replay(Api api, ReplayMap map) {
        this.api = api;
        this.map = map;
    }

    static int run(List<String> words) throws InterruptedException {
        Options options = Options.parse(words, Set.of("--map", "--shuffle", "--duplicate", "--data", "--port"));
        if (options.plain().size() != 1 || !options.named().containsKey("--map")) {
            throw new UsageException(USAGE);
        }
        ReplayMap map = ReplayMap.read(options.path("--map").orElseThrow());
        Path file = Path.of(options.plain().get(0));
        if (!Files.isReadable(file)) {
            throw new UsageException("can't read " + file);
        }
        List<JsonObject> users = users(map, file);
        try (Stack stack = Stack.open(options)) {
            return new Replay(new Api(stack), map).play(users, options);
        }
    }

    private int play(List<JsonObject> users, Options options) throws InterruptedException {
        JsonObject experiment = launched();
        List<JsonObject> entries = timed(users, experiment);
        Random random =
                new Random(options.number("--shuffle", 0, Integer.MAX_VALUE).orElse(0));
        int percent = options.number("--duplicate", 0, 100).orElse(0);
        for (int i = 0, n = percent == 0 ? 0 : entries.size(); i < n; i++) {
            if (random.nextInt(100) < percent) {
                entries.add(entries.get(i));
            }
        }
        if (options.named().containsKey("--shuffle")) {
            Collections.shuffle(entries, random);
        }
        EventSender sender = new EventSender(api);
        send(entries, sender);
        String id = experiment.getString("experiment_id");
        for (String scope : List.of("all", "clean")) {
            show(api.resultsAfter(id, scope, sender.lastTaken()));
        }
        if (!sender.rejected().isEmpty()) {
            System.out.println("Refused events by reason: " + sender.rejected());
            return 1;
        }
        return 0;
    }

    private void send(List<JsonObject> entries, EventSender sender) throws InterruptedException {
        Progress progress = new Progress(System.out, "Sending events", entries.size());
        for (int from = 0; from < entries.size(); from += EVENTS_PER_REQUEST) {
            int to = Math.min(entries.size(), from + EVENTS_PER_REQUEST);
            sender.send(new JsonArray(new ArrayList<>(entries.subList(from, to))));
            progress.at(to);
        }
        sender.finish();
    }

    /** The experiment of the map, created and launched if it does not exist. */
    private JsonObject launched() throws InterruptedException {
        String key = map.experiment().getString("key");
        JsonObject found = api.experiment(key).orElse(null);
        if (found == null) {
            String start = Instant.now().minusSeconds(60).toString();
            found = api.create(map.experiment().copy().put("start", start));
        }
        if ("draft".equals(found.getString("status"))) {
            found = api.launch(found.getString("experiment_id"));
        }
        System.out.println(
                "Experiment " + key + " (" + found.getString("experiment_id") + ") is " + found.getString("status"));
        return found;
    }

    /** One entry of a batch for every event: the exposure at the start, the goals in the seconds after it. */
    private static List<JsonObject> timed(List<JsonObject> events, JsonObject experiment) {
        long start = Instant.parse(experiment.getString("start")).toEpochMilli();
        String key = experiment.getString("key");
        List<JsonObject> entries = new ArrayList<>(events.size());
        for (JsonObject event : events) {
            JsonObject body = event.copy();
            String user = (String) body.remove("user_id");
            body.put("timestamp", start + body.getLong("timestamp"));
            if (body.containsKey("type")) {
                body.put("experiment", key);
            }
            entries.add(new JsonObject().put("user_id", user).put("events", new JsonArray().add(body)));
        }
        return entries;
    }

    private static List<JsonObject> users(ReplayMap map, Path file) {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        List<JsonObject> events = new ArrayList<>();
        try (CSVParser rows = CSVParser.parse(Files.newBufferedReader(file), format)) {
            map.check(rows.getHeaderNames());
            for (CSVRecord row : rows) {
                if (!row.isConsistent()) {
                    throw new UsageException("row " + row.getRecordNumber() + " has " + row.size() + " columns");
                }
                addEvents(map, row, events);
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new UsageException("can't read " + file + ": " + e.getMessage());
        }
        return events;
    }

    /** The events of a row; timestamps are milliseconds after the start, which is known only later. */
    private static void addEvents(ReplayMap map, CSVRecord row, List<JsonObject> events) {
        // with the experiment's key, so that replays of two experiments are two sets of users
        String user = map.experiment().getString("key") + "-" + row.getRecordNumber();
        events.add(event(user, "x", 0).put("type", "exposure").put("variant", map.variantOf(row)));
        for (int i = 0; i < map.outcomes().size(); i++) {
            ReplayMap.Outcome outcome = map.outcomes().get(i);
            BigDecimal value = outcome.valueIn(row);
            if (value != null) {
                JsonObject goal =
                        event(user, Integer.toString(i), 1000L * (i + 1)).put("name", outcome.event());
                events.add(outcome.hasValue() ? goal.put("value", value) : goal);
            }
        }
    }

    private static JsonObject event(String user, String suffix, long offsetMillis) {
        return new JsonObject()
                .put("user_id", user)
                .put("id", user + "-" + suffix)
                .put("timestamp", offsetMillis);
    }

    private void show(JsonObject results) {
        List<String> heads = new ArrayList<>(List.of("variant", "users"));
        for (ReplayMap.Outcome outcome : map.outcomes()) {
            heads.add(outcome.event());
            heads.add(outcome.hasValue() ? "sum" : "rate");
            if (outcome.hasValue()) {
                heads.add("per user");
            }
        }
        Table table = new Table(heads.toArray(String[]::new));
        map.variants().forEach((label, key) -> table.row(cells(label, variant(results, key))));
        System.out.println();
        System.out.println("Scope " + results.getString("scope") + ", as of " + results.getString("as_of"));
        System.out.print(table);
    }

    private List<String> cells(String label, JsonObject variant) {
        List<String> cells = new ArrayList<>();
        cells.add(label);
        cells.add(count(variant.getLong("exposures")));
        for (ReplayMap.Outcome outcome : map.outcomes()) {
            JsonObject metric = variant.getJsonObject("metrics").getJsonObject(outcome.event());
            cells.add(count(metric.getLong("conversions")));
            if (outcome.hasValue()) {
                cells.add(String.format(Locale.ROOT, "%,.2f", metric.getDouble("sum")));
            }
            double share = metric.getDouble(outcome.hasValue() ? "mean_per_user" : "rate");
            cells.add(String.format(Locale.ROOT, "%.6f", share));
        }
        return cells;
    }

    private static JsonObject variant(JsonObject results, String key) {
        for (Object row : results.getJsonArray("variants")) {
            if (((JsonObject) row).getString("key").equals(key)) {
                return (JsonObject) row;
            }
        }
        throw new UsageException("the results have no variant " + key);
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
