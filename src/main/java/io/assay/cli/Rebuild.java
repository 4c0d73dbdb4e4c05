package io.assay.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * {@code bin/assay rebuild}: counts everything anew beside what is served, shows how far that is, compares both, and puts the
 * new counts in the place of the old ones if they say the same.
 */
final class Rebuild {
    private static final String USAGE =
            "usage: bin/assay rebuild [status | cancel] [--accept differences] [--data DIR] [--port N]";
    private static final Duration LONGEST_STANDSTILL = Duration.ofMinutes(10);
    private static final Duration COMPARING = Duration.ofSeconds(20);
    private static final long POLL_MILLIS = 500;

    private final Api api;
    private final boolean accepts;

    private Rebuild(Api api, boolean accepts) {
        this.api = api;
        this.accepts = accepts;
    }

    static int run(List<String> words) throws InterruptedException {
        Options options = Options.parse(words, Set.of("--accept", "--data", "--port"));
        String accepted = options.named().getOrDefault("--accept", "differences");
        if (options.plain().size() > 1 || !accepted.equals("differences")) {
            throw new UsageException(USAGE);
        }
        try (Stack stack = Stack.running(options)) {
            Rebuild rebuild = new Rebuild(new Api(stack), options.named().containsKey("--accept"));
            return switch (options.plain().isEmpty() ? "" : options.plain().get(0)) {
                case "" -> rebuild.play();
                case "status" -> rebuild.status();
                case "cancel" -> rebuild.cancel();
                default -> throw new UsageException(USAGE);
            };
        }
    }

    private int status() throws InterruptedException {
        JsonObject now = api.admin("GET", "/rebuild", 200);
        System.out.println("Served: generation " + now.getInteger("served"));
        if (now.getValue("building") == null) {
            System.out.println("Nothing is being built.");
            return 0;
        }
        System.out.println("Built since " + now.getString("since") + ": generation " + now.getInteger("building"));
        Table table = new Table("partition", "records", "counted", "lag");
        for (Object each : now.getJsonArray("partitions")) {
            JsonObject partition = (JsonObject) each;
            Long lag = partition.getLong("lag_seconds");
            table.row(List.of(
                    partition.getInteger("partition").toString(),
                    number(partition.getLong("records")),
                    number(partition.getLong("counted")),
                    lag == null ? "" : lag + " s"));
        }
        System.out.print(table);
        return 0;
    }

    private int cancel() throws InterruptedException {
        api.admin("DELETE", "/rebuild", 204);
        System.out.println("It is given up; what is served stays as it is.");
        return 0;
    }

    private int play() throws InterruptedException {
        JsonObject now = api.admin("GET", "/rebuild", 200);
        if (now.getValue("building") == null) {
            now = api.admin("POST", "/rebuild", 201);
        }
        System.out.printf(
                Locale.ROOT,
                "Building generation %d beside generation %d%n",
                now.getInteger("building"),
                now.getInteger("served"));
        awaitCaughtUp();
        JsonObject comparison = compared();
        boolean same = show(comparison);
        if (!same && !accepts) {
            System.out.println("It is not served. Look at it (bin/assay rebuild status), then either"
                    + " bin/assay rebuild --accept differences, or bin/assay rebuild cancel");
            return 1;
        }
        String accepted = "?accept=moving" + (accepts ? "&accept=differences" : "");
        JsonObject after = api.admin("POST", "/rebuild/flip" + accepted, 200);
        System.out.println("Generation " + after.getInteger("served") + " is served now.");
        return 0;
    }

    /** Until it is as far as what is served; not for as long as one likes without any progress. */
    private void awaitCaughtUp() throws InterruptedException {
        long moved = System.nanoTime();
        long before = -1;
        Progress progress = null;
        while (true) {
            JsonObject now = api.admin("GET", "/rebuild", 200);
            long counted = sum(now, "counted");
            long records = sum(now, "records");
            progress = progress == null ? new Progress(System.out, "Counting", records) : progress;
            progress.at(Math.min(counted, records));
            if (now.getBoolean("caught_up")) {
                return;
            }
            if (counted > before) {
                before = counted;
                moved = System.nanoTime();
            } else if (System.nanoTime() - moved > LONGEST_STANDSTILL.toNanos()) {
                throw new UsageException("nothing was counted for " + LONGEST_STANDSTILL.toMinutes()
                        + " minutes; does the metrics stage run, and is it ready?");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static long sum(JsonObject view, String name) {
        return view.getJsonArray("partitions").stream()
                .mapToLong(partition -> ((JsonObject) partition).getLong(name))
                .sum();
    }

    /** Of what changes all the time it cannot be said at a glance whether it is the same: after some tries an audit tells. */
    private JsonObject compared() throws InterruptedException {
        long deadline = System.nanoTime() + COMPARING.toNanos();
        while (true) {
            JsonObject comparison =
                    api.admin("GET", "/rebuild?compare=true", 200).getJsonObject("comparison");
            if (comparison.getJsonArray("moving").isEmpty() || System.nanoTime() > deadline) {
                return comparison;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private boolean show(JsonObject comparison) throws InterruptedException {
        JsonArray different = comparison.getJsonArray("different");
        System.out.println("Experiments that are the same: " + comparison.getInteger("equal"));
        for (Object each : different) {
            JsonObject experiment = (JsonObject) each;
            System.out.println(
                    "Experiment " + experiment.getString("key") + " (" + experiment.getString("experiment_id")
                            + ") differs in " + experiment.getInteger("differences") + " numbers:");
            Table table = new Table("number", "served", "built");
            for (Object cell : experiment.getJsonArray("cells")) {
                JsonObject row = (JsonObject) cell;
                table.row(List.of(row.getString("cell"), row.getString("served"), row.getString("built")));
            }
            System.out.print(table);
        }
        boolean same = different.isEmpty();
        for (Object id : comparison.getJsonArray("moving")) {
            System.out.println(
                    "Experiment " + id + " changes too fast to be compared; what is built is audited instead.");
            same &= Audit.play(api, (String) id, "building");
        }
        return same;
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
