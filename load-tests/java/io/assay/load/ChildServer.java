package io.assay.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A server in a process of its own, and what was measured of it. */
final class ChildServer implements AutoCloseable {
    private static final int WARM_UPS = 16;
    private static final int WARM_REQUESTS = 500_000;

    private final String name;
    private final Process process;
    private final URI url;
    private final List<Double> rates = new ArrayList<>();
    private final List<Double> micros = new ArrayList<>();
    private MaximumLoop loop;

    private ChildServer(String name, Process process, URI url) {
        this.name = name;
        this.process = process;
        this.url = url;
    }

    static ChildServer start(String name, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx512m",
                "-XX:+UseParallelGC",
                "-XX:MaxVectorSize=16",
                "-cp",
                System.getProperty("java.class.path"),
                "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile", ""),
                "-Devent.loops=1"));
        String more = System.getProperty(name + ".java.options", "");
        Arrays.stream(more.split(" ")).filter(word -> !word.isEmpty()).forEach(command::add);
        command.add(Load.class.getName());
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.matches("[0-9]+")) {
                return new ChildServer(name, process, URI.create("http://127.0.0.1:" + line));
            }
        }
        throw new IOException("the server " + name + " did not start");
    }

    URI url() {
        return url;
    }

    /** Until the compilers are done with it: by requests and not by time, as others may want the processor. */
    void warmUp(MaximumLoop driver) throws IOException {
        loop = driver;
        long answered = 0;
        for (int i = 0; i < WARM_UPS && answered < WARM_REQUESTS; i++) {
            answered += driver.run(1);
        }
        System.out.printf("warm-up   %-5s %,d requests%n", name, answered);
    }

    void measure(int seconds) throws IOException {
        long before = used();
        long answered = loop.run(seconds);
        if (answered == 0) {
            throw new IOException(name + " answered nothing as expected");
        }
        rates.add((double) answered / seconds);
        micros.add((used() - before) / 1e3 / answered);
    }

    private long used() throws IOException {
        return ProcessorTime.nanos(process.toHandle());
    }

    double lastRate() {
        return rates.get(rates.size() - 1);
    }

    double lastMicros() {
        return micros.get(micros.size() - 1);
    }

    double rate() {
        return median(rates);
    }

    double micros() {
        return median(micros);
    }

    private static double median(List<Double> values) {
        return Compare.median(values.stream().mapToDouble(v -> v).toArray());
    }

    @Override
    public void close() {
        process.destroy();
    }
}
