package io.assay.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A node that runs as {@code bin/assay up} in a process of its own, which a test may stop, kill and start again. */
final class AssayProcess implements AutoCloseable {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    final Path data;
    final int port;
    private final List<String> extra;
    private Process process;

    private AssayProcess(Path data, int port, List<String> extra) {
        this.data = data;
        this.port = port;
        this.extra = extra;
    }

    /** Starts a node and waits until it says that it is ready. */
    static AssayProcess start(Path data, String... extra) {
        AssayProcess node = new AssayProcess(data, freeRange(), List.of(extra));
        node.start();
        return node;
    }

    void start() {
        List<String> command = new ArrayList<>(
                List.of("bin/assay", "up", "--data", data.toString(), "--port", Integer.toString(port)));
        command.addAll(extra);
        process = launch(command, data.resolveSibling(data.getFileName() + ".log"));
        awaitReady();
    }

    /** Runs another command of {@code bin/assay} against this node. */
    Process command(Path output, String... words) {
        List<String> command = new ArrayList<>(List.of("bin/assay", words[0]));
        command.addAll(List.of("--data", data.toString(), "--port", Integer.toString(port)));
        command.addAll(List.of(words).subList(1, words.length));
        return launch(command, output);
    }

    static Process launch(List<String> command, Path output) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI url(String path) {
        return URI.create("http://127.0.0.1:" + port).resolve(path);
    }

    String key(String scope) {
        try {
            return Files.readString(data.resolve("keys").resolve(scope)).trim();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL, and the end of the process. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM; answers the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("the node does not end within 30 s of SIGTERM");
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        if (process.isAlive()) {
            stop();
        }
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError("the node does not get ready:\n" + log());
            }
            Thread.onSpinWait();
        }
    }

    private String log() {
        try {
            return Files.readString(data.resolveSibling(data.getFileName() + ".log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private boolean isReady() {
        try {
            HttpRequest request = HttpRequest.newBuilder(url("/health/ready"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return process.waitFor(100, TimeUnit.MILLISECONDS)
                    ? false
                    : CLIENT.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A port whose next nine are free too. */
    private static int freeRange() {
        for (int tries = 0; tries < 100; tries++) {
            try (ServerSocket probe = new ServerSocket(0)) {
                int base = probe.getLocalPort() + 1;
                if (base < 60000 && allFree(base)) {
                    return base;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw new AssertionError("no ten free ports in a row");
    }

    private static boolean allFree(int base) {
        for (int port = base; port <= base + 9; port++) {
            try (ServerSocket probe = new ServerSocket(port)) {
                assert probe.isBound();
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }
}
