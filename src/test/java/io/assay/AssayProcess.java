package io.assay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/** Assay in a JVM of its own, as {@code bin/assay up} runs it, from the classes under test. */
public final class AssayProcess implements AutoCloseable {
    /** At least as many as test processes run at a time. */
    private static final int FORKS = 4;
    /** Above all ports that browsers refuse to ask (the last is 10080), below those that systems give away themselves. */
    private static final int FIRST_PORT = 11_000;

    private static final Duration START_PATIENCE = Duration.ofSeconds(180);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final Path log;
    private final int basePort;

    private AssayProcess(Process process, Path log, int basePort) {
        this.process = process;
        this.log = log;
        this.basePort = basePort;
    }

    /**
     * How such a JVM is started.
     *
     * @param jvm options of the JVM
     * @param environment variables over those of this process
     * @param log the file that what it says is added to
     * @param options of Assay, after the base port
     */
    public record Launch(
            int basePort, List<String> jvm, Map<String, String> environment, Path log, List<String> options) {}

    /** Starts it with the data folder and base port; further options follow. */
    public static AssayProcess start(Path data, int basePort, String... more) throws IOException {
        return start(data, basePort, Map.of(), more);
    }

    /** The same with variables over those of this process. */
    public static AssayProcess start(Path data, int basePort, Map<String, String> environment, String... more)
            throws IOException {
        List<String> options = new ArrayList<>(List.of("--data", data.toString()));
        options.addAll(List.of(more));
        Path log = Files.createTempFile("assay-", ".log");
        return start(new Launch(basePort, List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"), environment, log, options));
    }

    public static AssayProcess start(Launch launch) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseParallelGC"));
        command.add("-Dlogback.configurationFile=conf/logback.xml");
        command.addAll(launch.jvm());
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--port",
                Integer.toString(launch.basePort())));
        command.addAll(launch.options());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(launch.log().toFile()));
        builder.environment().putAll(launch.environment());
        return new AssayProcess(builder.start(), launch.log(), launch.basePort());
    }

    /** A port that is free on loopback, as are the nine after it; test processes that run at a time get different ones. */
    public static int freeBasePort() {
        int fork = Integer.parseInt(System.getProperty("assay.test.fork", "0")) % FORKS;
        for (int attempt = 0; attempt < 200; attempt++) {
            int block = ThreadLocalRandom.current().nextInt(900 / FORKS) * FORKS + fork;
            int base = FIRST_PORT + block * 10;
            if (IntStream.range(base, base + 10).allMatch(AssayProcess::isFree)) {
                return base;
            }
        }
        throw new IllegalStateException("no ten free ports in a row");
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until the door says that all is ready. */
    public AssayProcess awaitReady() {
        return awaitReady(0);
    }

    /** Waits until the verticle at that distance from the base port says that all is ready. */
    public AssayProcess awaitReady(int portOffset) {
        HttpRequest request = HttpRequest.newBuilder(uri(portOffset, "/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            CompletableFuture<Integer> status = CompletableFuture.supplyAsync(
                            () -> HTTP.sendAsync(request, HttpResponse.BodyHandlers.discarding()),
                            CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS))
                    .thenCompose(answer -> answer)
                    .handle((answer, refused) -> answer == null ? 0 : answer.statusCode());
            if (status.join() == 200) {
                return this;
            }
        }
        throw new AssertionError("not ready in time: " + whatIsWrong(request) + "\n" + outputWithThreads());
    }

    /** All it has said so far, and what its threads are doing. */
    private String outputWithThreads() {
        try (var jstack = new Scanner(new ProcessBuilder("jstack", Long.toString(process.pid()))
                .redirectErrorStream(true)
                .start()
                .getInputStream())) {
            return output() + "\n" + jstack.useDelimiter("\\A").next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String whatIsWrong(HttpRequest request) {
        return HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .handle((answer, refused) -> answer == null ? String.valueOf(refused) : answer.body())
                .join();
    }

    /** An address of the verticle at that distance from the base port; 0 is the door. */
    public URI uri(int portOffset, String path) {
        return URI.create("http://127.0.0.1:" + (basePort + portOffset) + path);
    }

    /** Ends it in order (SIGTERM) and returns its exit code. */
    public int terminate() {
        process.destroy();
        return awaitExit(STOP_PATIENCE);
    }

    /** Ends it as {@code kill -9} does; what it started stays behind. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(STOP_PATIENCE);
    }

    /** Waits for it to end by itself; its exit code. */
    public int awaitExit(Duration patience) {
        try {
            return process.onExit()
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .exitValue();
        } catch (TimeoutException e) {
            throw new AssertionError("does not end:\n" + output(), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** All it has said so far. */
    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            terminate();
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
