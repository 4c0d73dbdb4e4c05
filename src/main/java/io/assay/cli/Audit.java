package io.assay.cli;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code bin/assay audit}: holds what is served of an experiment against the batch query over the raw log. */
final class Audit {
    private static final String USAGE = "usage: bin/assay audit [--data DIR] [--port N] EXPERIMENT";
    private static final long POLL_MILLIS = 300;

    private Audit() {}

    static int run(List<String> words) throws InterruptedException {
        Options options = Options.parse(words, Set.of("--data", "--port"));
        if (options.plain().size() != 1) {
            throw new UsageException(USAGE);
        }
        try (Stack stack = Stack.running(options)) {
            return play(new Api(stack), options.plain().get(0), "served") ? 0 : 1;
        }
    }

    /** Whether what that generation says is what the query gives. */
    static boolean play(Api api, String experiment, String generation) throws InterruptedException {
        String path = "/experiments/" + experiment + "/audit";
        int number = api.admin("POST", path + "?generation=" + generation, 202).getInteger("audit");
        JsonObject report = api.admin("GET", path, 200);
        while (report.getInteger("audit") == number && report.getString("state").equals("running")) {
            Thread.sleep(POLL_MILLIS);
            report = api.admin("GET", path, 200);
        }
        if (report.getInteger("audit") != number) {
            throw new UsageException("another audit of " + experiment + " has begun; ask for it once more");
        }
        if (report.getString("state").equals("failed")) {
            throw new UsageException("the audit could not be made: " + report.getString("failure"));
        }
        show(report);
        return report.getBoolean("equal");
    }

    private static void show(JsonObject report) {
        Table parts = new Table("partition", "exposures below", "goals below", "received until", "differences");
        for (Object each : report.getJsonArray("partitions")) {
            JsonObject row = (JsonObject) each;
            parts.row(List.of(
                    row.getInteger("partition").toString(),
                    number(row.getLong("exposures")),
                    number(row.getLong("events")),
                    row.getString("received"),
                    number(row.getLong("differences"))));
        }
        System.out.print(parts);
        if (report.getBoolean("equal")) {
            System.out.println(
                    "Every number of " + report.getString("key") + " is what the query over the raw log gives.");
            return;
        }
        Table cells = new Table("number", "partition", "by the query", "in the totals");
        for (Object each : report.getJsonArray("differences")) {
            JsonObject row = (JsonObject) each;
            cells.row(List.of(
                    row.getString("cell"),
                    row.getInteger("partition").toString(),
                    row.getString("expected"),
                    row.getString("served")));
        }
        System.out.print(cells);
        System.out.println(report.getInteger("differing") + " numbers of " + report.getString("key")
                + " are not what the query over the raw log gives.");
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
