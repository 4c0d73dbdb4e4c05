package io.assay.drill;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The command {@code bin/assay drill}; {@code docs/drills.md} says what it does. */
public final class Main {
    private static final String USAGE = "usage: bin/assay drill [--list] [--quick] [NAME…]";

    private static final int SECONDS = 60 * 60;
    private static final int QUICK_SECONDS = 4 * 60;

    private Main() {}

    public static void main(String[] args) {
        List<String> names = new ArrayList<>(List.of(args));
        boolean quick = names.remove("--quick");
        if (names.remove("--list")) {
            Drills.all().forEach(Main::describe);
            return;
        }
        System.exit(run(names, quick));
    }

    private static void describe(Drill drill) {
        System.out.printf("%-20s %-6s %s%n", drill.name(), drill.isQuick() ? "quick" : "", drill.sentence());
    }

    private static int run(List<String> names, boolean quick) {
        List<Drill> chosen;
        try {
            chosen = names.isEmpty()
                    ? Drills.all().stream().filter(d -> d.isQuick() || !quick).toList()
                    : names.stream().map(Drills::named).toList();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + USAGE);
            return 2;
        }
        long begun = System.nanoTime();
        List<String> failed = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        try (Runner runner = new Runner(quick, System.out)) {
            for (Drill drill : chosen) {
                Report report = runner.run(drill);
                if (!report.passed()) {
                    failed.add(drill.name());
                } else if (report.isLeftOut()) {
                    leftOut.add(drill.name());
                }
            }
        } catch (UncheckedIOException e) { // such as the folder that another run uses
            System.err.println(e.getCause().getMessage());
            return 1;
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        boolean late = names.isEmpty() && seconds > (quick ? QUICK_SECONDS : SECONDS);
        System.out.printf(
                "%d of %d drills passed in %.0f s%s%s%n",
                chosen.size() - failed.size() - leftOut.size(),
                chosen.size(),
                seconds,
                failed.isEmpty() ? "" : "; failed: " + String.join(", ", failed),
                leftOut.isEmpty() ? "" : "; left out: " + String.join(", ", leftOut));
        if (late) {
            System.out.printf("that is too long: %d s are allowed%n", quick ? QUICK_SECONDS : SECONDS);
        }
        return failed.isEmpty() && !late ? 0 : 1;
    }
}
