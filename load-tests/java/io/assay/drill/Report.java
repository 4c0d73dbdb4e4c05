package io.assay.drill;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What one drill found: a line per check, with the figure and its bound. */
public final class Report {
    private final Drill drill;
    private final boolean quick;
    private final PrintStream out;
    private final List<Check> checks = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final long begun = System.nanoTime();
    private double seconds;
    private boolean leftOut;

    /**
     * One thing that was looked at.
     *
     * @param figure what was found
     * @param bound what it should be
     */
    public record Check(String name, boolean passed, String figure, String bound) {
        @Override
        public String toString() {
            return "  %-4s  %-58s %s  (%s)".formatted(passed ? "ok" : "FAIL", name, figure, bound);
        }
    }

    Report(Drill drill, boolean quick, PrintStream out) {
        this.drill = drill;
        this.quick = quick;
        this.out = out;
        out.printf("%ndrill %s%s: %s%n", drill.name(), quick ? " (quick)" : "", drill.sentence());
    }

    public boolean check(String name, boolean passed, Object figure, String bound) {
        Check check = new Check(name, passed, String.valueOf(figure), bound);
        checks.add(check);
        out.println(check);
        return passed;
    }

    /** A whole number with a largest one that is allowed. */
    public boolean atMost(String name, long figure, long bound) {
        return check(name, figure <= bound, "%,d".formatted(figure), "at most %,d".formatted(bound));
    }

    /** A number with a unit and a largest one that is allowed. */
    public boolean atMost(String name, double figure, double bound, String unit) {
        return check(name, figure <= bound, number(figure) + " " + unit, "at most " + number(bound) + " " + unit);
    }

    /** A figure that is told and not judged. */
    public void note(String text) {
        notes.add(text);
        out.println("        " + text);
    }

    /** Nothing was looked at, for what it takes is not here: that is neither a pass nor a failure. */
    void leaveOut(String why) {
        leftOut = true;
        note("left out: " + why);
    }

    boolean isLeftOut() {
        return leftOut;
    }

    public boolean passed() {
        return checks.stream().allMatch(Check::passed);
    }

    public List<Check> checks() {
        return List.copyOf(checks);
    }

    void end(Path folder) throws IOException {
        seconds = (System.nanoTime() - begun) / 1e9;
        out.printf("  %s in %.1f s%n", !passed() ? "FAILED" : leftOut ? "left out" : "passed", seconds);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(drill.name() + ".json"), json().encodePrettily() + "\n");
    }

    private JsonObject json() {
        JsonArray lines = new JsonArray();
        for (Check check : checks) {
            lines.add(new JsonObject()
                    .put("name", check.name())
                    .put("passed", check.passed())
                    .put("figure", check.figure())
                    .put("bound", check.bound()));
        }
        return new JsonObject()
                .put("drill", drill.name())
                .put("quick", quick)
                .put("passed", passed() && !leftOut)
                .put("left_out", leftOut)
                .put("seconds", Math.round(seconds * 10) / 10.0)
                .put("checks", lines)
                .put("notes", new JsonArray(notes));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%,.1f", value);
    }
}
