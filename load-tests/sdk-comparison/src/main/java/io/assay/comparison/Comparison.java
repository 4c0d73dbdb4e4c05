package io.assay.comparison;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;

/** Runs {@link ComparisonBenchmark} and prints a table: times, processor times, allocated bytes; takes the options of JMH. */
public final class Comparison {
    private Comparison() {}

    public static void main(String[] args) throws CommandLineOptionException, RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .parent(new CommandLineOptions(args))
                        .include(ComparisonBenchmark.class.getName())
                        .addProfiler(GCProfiler.class)
                        .addProfiler(ProcessorTime.class)
                        .build())
                .run();
        print(rows(results), System.out);
    }

    /** Median and fastest iteration, median of the processor time, all in ns; bytes an operation. */
    private record Row(
            String benchmark,
            String library,
            int experiments,
            double median,
            double fastest,
            double cpu,
            double bytes) {
        String name() {
            return switch (benchmark) {
                case "allOfANewUser" -> "all, new user";
                case "allOfANewUserRead" -> "all, new user, read";
                default -> "one, known user";
            };
        }

        static Row of(RunResult result) {
            Statistics times = result.getPrimaryResult().getStatistics();
            String method = result.getParams().getBenchmark();
            return new Row(
                    method.substring(method.lastIndexOf('.') + 1),
                    result.getParams().getParam("library"),
                    Integer.parseInt(result.getParams().getParam("experiments")),
                    times.getPercentile(50),
                    times.getMin(),
                    result.getSecondaryResults()
                            .get(ProcessorTime.LABEL)
                            .getStatistics()
                            .getPercentile(50),
                    result.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
        }
    }

    private static List<Row> rows(Collection<RunResult> results) {
        List<Row> rows = new ArrayList<>();
        results.forEach(result -> rows.add(Row.of(result)));
        return rows;
    }

    private static void print(List<Row> rows, PrintStream out) {
        out.println();
        out.println(
                "| | library | experiments | median | fastest | processor | bytes | assay is faster, by processor time |");
        out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    "| %s | %s | %d | %s | %s | %s | %,.0f | %s |%n",
                    row.name(),
                    row.library,
                    row.experiments,
                    time(row.median),
                    time(row.fastest),
                    time(row.cpu),
                    row.bytes,
                    ratio(row, rows));
        }
    }

    private static String time(double ns) {
        return ns < 1000 ? "%.1f ns".formatted(ns) : "%,.2f us".formatted(ns / 1000);
    }

    private static String ratio(Row row, List<Row> rows) {
        return rows.stream()
                .filter(own -> own.library.equals("assay") && row != own)
                .filter(own -> own.benchmark.equals(row.benchmark) && own.experiments == row.experiments)
                .map(own -> "%,.0f times".formatted(row.cpu / own.cpu))
                .findFirst()
                .orElse("");
    }
}
