package io.assay.embedded;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/**
 * Redis in {@code DIR/redis} with an append-only file. It runs as a daemon, in a process group of its own, so that a Ctrl-C
 * in the terminal reaches the process only, which then stops its servers in order.
 */
final class RedisServer implements EmbeddedServers.Running {
    private static final long PATIENCE_MILLIS = 20_000;
    private static final long POLL_MILLIS = 20;
    private static final int ATTEMPTS = 250;

    /** "Text file busy". */
    private static final String BUSY = "error=26,";

    private final Path dir;

    private RedisServer(Path dir) {
        this.dir = dir;
    }

    static void stopOrphan(Path dir) throws IOException {
        Orphan.stop(pidFile(dir), dir, "TERM");
    }

    static RedisServer start(Path dir, Ports ports) throws IOException {
        Files.createDirectories(data(dir));
        Path log = Files.createDirectories(dir.resolve("logs")).resolve("redis.log");
        int port = ports.port("redis");
        File executable = ExecutableProvider.newJarResourceProvider(
                        Files.createDirectories(dir.resolve("bin")).toFile())
                .get();
        List<String> command = List.of(
                executable.getPath(),
                "--bind",
                Ports.LOOPBACK,
                "--port",
                Integer.toString(port),
                "--dir",
                data(dir).toString(),
                "--pidfile",
                pidFile(dir).toString(),
                "--logfile",
                log.toString(),
                "--daemonize",
                "yes",
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec",
                "--save",
                "",
                "--maxmemory",
                "128mb",
                "--maxmemory-policy",
                "allkeys-lru");
        int exit = launch(new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())))
                .onExit()
                .join()
                .exitValue();
        if (exit != 0 || !answers(port)) {
            throw new IOException("redis-server ended with " + exit + " or does not answer; see " + log);
        }
        return new RedisServer(dir);
    }

    /**
     * Starts a program whose file was just written. A process that another thread starts at that time has the file open, too, until
     * it becomes another program, and so long it is busy.
     */
    static Process launch(ProcessBuilder program) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return program.start();
            } catch (IOException e) {
                if (attempt == ATTEMPTS || !String.valueOf(e.getMessage()).contains(BUSY)) {
                    throw e;
                }
                CompletableFuture.runAsync(
                                () -> {}, CompletableFuture.delayedExecutor(POLL_MILLIS, TimeUnit.MILLISECONDS))
                        .join();
            }
        }
    }

    /** Whether it answers PONG in time; while it loads its file it answers an error, which is not yet. */
    private static boolean answers(int port) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (System.nanoTime() < deadline) {
            if (CompletableFuture.supplyAsync(
                            () -> pings(port), CompletableFuture.delayedExecutor(POLL_MILLIS, TimeUnit.MILLISECONDS))
                    .join()) {
                return true;
            }
        }
        return false;
    }

    private static boolean pings(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return "+PONG".equals(new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return false;
        }
    }

    private static Path data(Path dir) {
        return dir.resolve("redis");
    }

    private static Path pidFile(Path dir) {
        return data(dir).resolve("redis.pid");
    }

    @Override
    public void stop() {
        try {
            Optional<ProcessHandle> process = Orphan.running(pidFile(dir), dir);
            if (process.isPresent()) {
                Orphan.end(process.get(), "TERM");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
