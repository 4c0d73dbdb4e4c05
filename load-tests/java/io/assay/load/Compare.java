package io.assay.load;

import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The assignment verticle and the bare server, measured in turns in one run.
 *
 * <p>Each is a process of its own with one event loop. Rounds alternate, so that what else the machine does hits both; medians
 * are compared. The processor time that a server's process takes for a request is shown beside its rate: it does not depend on
 * who else wants the processor.
 */
final class Compare {
    private static final int MAX_ROUNDS = 50;
    private static final int MAX_WARM_UPS = 20;
    private static final int WARM_REQUESTS = 300_000;

    private final Options options;
    private final int rounds;
    private final int seconds;

    Compare(Options options) {
        this.options = options;
        rounds = Math.min(options.number("rounds", 7), MAX_ROUNDS);
        seconds = options.number("seconds", 5);
    }

    private static final class Server {
        final String name;
        final Process process;
        final URI url;
        final List<Double> rates = new ArrayList<>();
        final List<Double> micros = new ArrayList<>();

        Server(String name, Process process, URI url) {
            this.name = name;
            this.process = process;
            this.url = url;
        }
    }

    void run(Vertx vertx) throws Exception {
        Server stage = start("assignment", "serve");
        Server bare = start("bare", "bare", answerOf(stage));
        try {
            warmUp(vertx, bare);
            warmUp(vertx, stage);
            for (int round = 1; round <= rounds; round++) {
                measure(vertx, bare, round);
                measure(vertx, stage, round);
            }
            print(bare, stage);
        } finally {
            stage.process.destroy();
            bare.process.destroy();
        }
    }

    /** Until the compilers are done with it: by requests and not by time, as others may want the processor. */
    private void warmUp(Vertx vertx, Server server) throws Exception {
        long answered = 0;
        for (int i = 0; i < MAX_WARM_UPS && answered < WARM_REQUESTS; i++) {
            answered += new MaximumLoop(vertx, server.url, options).run(seconds).await();
        }
        System.out.printf("warm-up  %-10s %,9d requests%n", server.name, answered);
    }

    private void measure(Vertx vertx, Server server, int round) {
        Duration before = server.process.info().totalCpuDuration().orElseThrow();
        long answered = new MaximumLoop(vertx, server.url, options).run(seconds).await();
        Duration used = server.process.info().totalCpuDuration().orElseThrow().minus(before);
        if (answered == 0) {
            throw new IllegalStateException(server.name + " answered nothing with 200");
        }
        double rate = (double) answered / seconds;
        double micros = used.toNanos() / 1e3 / answered;
        System.out.printf("round %-2d %-10s %,9.0f/s  %6.2f us of processor each%n", round, server.name, rate, micros);
        server.rates.add(rate);
        server.micros.add(micros);
    }

    private static void print(Server bare, Server stage) {
        System.out.printf(
                "median  bare %,.0f/s, assignment %,.0f/s, ratio %.2f%n",
                median(bare.rates), median(stage.rates), median(stage.rates) / median(bare.rates));
        System.out.printf(
                "        bare %.2f us, assignment %.2f us, ratio %.2f%n",
                median(bare.micros), median(stage.micros), median(bare.micros) / median(stage.micros));
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private Server start(String name, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile", ""),
                "-Devent.loops=1",
                Load.class.getName()));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.matches("[0-9]+")) {
                return new Server(name, process, URI.create("http://127.0.0.1:" + line));
            }
        }
        throw new IOException("the server " + name + " did not start");
    }

    private static String answerOf(Server stage) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(stage.url.resolve("/assignments?user_id=u1000000&platform=web"))
                .header("X-API-Key", StageServer.KEY)
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }
}
