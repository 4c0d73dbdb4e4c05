package io.assay.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A running Assay that a command talks to: the one that is up already, or one of its own in a scratch folder, stopped
 * and removed at the end.
 */
final class Stack implements AutoCloseable {
    private static final Duration START_PATIENCE = Duration.ofMinutes(2);
    private static final int DEFAULT_PORT = 8080;
    private static final String JVM_OPTIONS = "ASSAY_JAVA_OPTS";

    private final URI url;
    private final Path data;
    private final @Nullable Process own;
    private final @Nullable Thread stopAtExit;
    private final Map<String, String> keys = new ConcurrentHashMap<>();

    private Stack(URI url, Path data, @Nullable Process own) {
        this.url = url;
        this.data = data;
        this.own = own;
        this.stopAtExit = own == null ? null : new Thread(() -> end(own, data));
        if (stopAtExit != null) {
            Runtime.getRuntime().addShutdownHook(stopAtExit);
        }
    }

    /**
     * The stack that {@code --port} and {@code --data} name, which must be up; without them the one of the default
     * port and folder if it is up, else a new one.
     */
    static Stack open(Options options) throws InterruptedException {
        boolean named = options.named().containsKey("--port") || options.named().containsKey("--data");
        return open(options, named);
    }

    /** The stack that {@code --port} and {@code --data} name, else the one of the default port and folder; it must be up. */
    static Stack running(Options options) throws InterruptedException {
        return open(options, true);
    }

    private static Stack open(Options options, boolean mustBeUp) throws InterruptedException {
        int port = options.number("--port", 1, 65526).orElse(DEFAULT_PORT);
        Path data = options.path("--data").orElse(Path.of(System.getProperty("assay.data", ".assay")));
        URI url = URI.create("http://127.0.0.1:" + port);
        if (Api.isReady(url) && Files.isReadable(data.resolve("keys/admin"))) {
            System.out.println("Using the stack at " + url);
            return new Stack(url, data, null);
        }
        if (mustBeUp) {
            throw new UsageException("no stack is up at " + url + " with its keys in " + data.resolve("keys")
                    + " (start it with: bin/assay up --data " + data + " --port " + port + ")");
        }
        return start();
    }

    private static Stack start() throws InterruptedException {
        try {
            Path scratch = Files.createTempDirectory("assay-");
            int port = freeRange();
            Path home = Path.of(System.getProperty("assay.home", "."));
            System.out.println("Starting a stack of its own in " + scratch);
            ProcessBuilder up = new ProcessBuilder(
                            home.resolve("bin/assay").toString(),
                            "up",
                            "--data",
                            scratch.toString(),
                            "--port",
                            Integer.toString(port))
                    .redirectErrorStream(true)
                    .redirectOutput(scratch.resolve("up.log").toFile());
            // they may name servers of another stack, which this one must not write to
            up.environment().keySet().removeIf(name -> name.startsWith("ASSAY_") && !name.equals(JVM_OPTIONS));
            Stack stack = new Stack(URI.create("http://127.0.0.1:" + port), scratch, up.start());
            stack.awaitReady();
            return stack;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady() throws InterruptedException, IOException {
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (!Api.isReady(url)) {
            Process process = own;
            if (process == null || !process.isAlive() || System.nanoTime() > deadline) {
                String log = Files.readString(data.resolve("up.log"));
                close();
                throw new UsageException("the stack did not start:\n" + log);
            }
            Thread.sleep(100);
        }
    }

    /** A port whose next nine are free too. */
    private static int freeRange() throws IOException {
        for (int tries = 0; tries < 100; tries++) {
            int base;
            try (ServerSocket probe = new ServerSocket(0)) {
                base = probe.getLocalPort();
            }
            if (base < 65000 && rangeIsFree(base)) {
                return base;
            }
        }
        throw new UsageException("no ten free ports in a row");
    }

    private static boolean rangeIsFree(int base) {
        for (int port = base; port <= base + 9; port++) {
            try (ServerSocket probe = new ServerSocket(port)) {
                assert probe.isBound();
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    URI url() {
        return url;
    }

    /** The key of that scope, as the stack wrote it at its first start. */
    String key(String scope) {
        return keys.computeIfAbsent(scope, name -> {
            Path file = data.resolve("keys").resolve(name);
            try {
                return Files.readString(file).trim();
            } catch (IOException e) {
                throw new UsageException("can't read the key " + file);
            }
        });
    }

    @Override
    public void close() {
        if (own != null && stopAtExit != null) {
            Runtime.getRuntime().removeShutdownHook(stopAtExit);
            end(own, data);
        }
    }

    private static void end(Process process, Path scratch) {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
        try (Stream<Path> files = Files.walk(scratch)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            System.err.println("left behind: " + scratch);
        }
    }
}
