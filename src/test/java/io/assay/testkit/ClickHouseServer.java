package io.assay.testkit;

import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A ClickHouse on loopback, on ports that were free. It may be killed, hang, and start again on its data; it never outlives
 * the JVM that ends in order.
 */
public final class ClickHouseServer implements AutoCloseable {
    private static final String COMMAND = "clickhouse-server";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ReentrantLock STARTING = new ReentrantLock();
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final String CONFIG =
            """
            <yandex>
              <logger><level>warning</level><log>%1$s/server.log</log><errorlog>%1$s/error.log</errorlog></logger>
              <http_port>%2$d</http_port><tcp_port>%3$d</tcp_port><listen_host>127.0.0.1</listen_host>
              <path>%1$s/data/</path><tmp_path>%1$s/tmp/</tmp_path><format_schema_path>%1$s/schemas/</format_schema_path>
              <users_config>users.xml</users_config><default_profile>default</default_profile>
              <default_database>default</default_database><keep_alive_timeout>3</keep_alive_timeout>
              <mark_cache_size>67108864</mark_cache_size>
              <timezone>UTC</timezone>
            </yandex>
            """;
    private static final String USERS =
            """
            <yandex>
              <profiles><default><background_pool_size>4</background_pool_size></default></profiles>
              <users><default><password></password><networks><ip>127.0.0.1</ip></networks>
                <profile>default</profile><quota>default</quota></default></users>
              <quotas><default></default></quotas>
            </yandex>
            """;

    private static ClickHouseServer shared;

    private final Path folder;
    private final int port;
    private Process process;

    private ClickHouseServer(Path folder, int port, Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /** The one that all tests of this JVM share; they keep apart by {@link #newDatabase databases}. */
    public static ClickHouseServer shared() {
        STARTING.lock();
        try {
            if (shared == null) {
                Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
                shared = start(Files.createTempDirectory(target, "clickhouse-"));
            }
            return shared;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            STARTING.unlock();
        }
    }

    /** One of its own in a folder, which it may have been in before. */
    public static ClickHouseServer start(Path folder) throws IOException {
        Path home = Files.createDirectories(folder.toAbsolutePath());
        int port = freePort();
        Files.writeString(home.resolve("users.xml"), USERS);
        Files.writeString(home.resolve("config.xml"), CONFIG.formatted(home, port, freePort()));
        ClickHouseServer server = new ClickHouseServer(home, port, launch(home));
        Runtime.getRuntime().addShutdownHook(new Thread(server::kill));
        server.awaitReady();
        return server;
    }

    /** The section {@code analytics} for a database that nobody else uses. */
    public JsonObject newDatabase() {
        return new JsonObject()
                .put("store", "clickhouse")
                .put("uri", uri().toString())
                .put("database", "test_" + DATABASES.incrementAndGet());
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public long pid() {
        return process.pid();
    }

    /** What it answers to a statement. */
    public String ask(String sql) {
        HttpRequest request = HttpRequest.newBuilder(uri())
                .POST(HttpRequest.BodyPublishers.ofString(sql))
                .timeout(PATIENCE)
                .build();
        try {
            var answer = HTTP.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new AssertionError(answer.body());
            }
            return answer.body().strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** SIGTERM. */
    public void stop() {
        process.destroy();
        awaitEnd();
    }

    /** Starts again on the same data and port, if it does not run. */
    public void startAgain() throws IOException {
        if (!process.isAlive()) {
            process = launch(folder);
            awaitReady();
        }
    }

    @Override
    public void close() {
        kill();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("ClickHouse does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitReady() {
        try {
            Eventually.within(PATIENCE, () -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException("ended with " + process.exitValue());
                }
                ask("SELECT 1");
            });
        } catch (Exception e) {
            throw new AssertionError("ClickHouse does not start, see " + folder, e);
        }
    }

    /** Whether one can be started here. */
    public static boolean isInstalled() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, COMMAND)));
    }

    private static Process launch(Path home) throws IOException {
        try {
            return new ProcessBuilder(List.of(COMMAND, "--config-file=" + home.resolve("config.xml")))
                    .directory(home.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("out.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new IOException("no clickhouse-server: apt-get install clickhouse-server, or bin/assay test", e);
        }
    }

    /** Below the range that systems give to outgoing connections: it has to be free for another start, too. */
    private static int freePort() {
        for (int attempt = 0; attempt < 200; attempt++) {
            int port = 30_000 + ThreadLocalRandom.current().nextInt(2_500);
            try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException e) {
                // somebody has it
            }
        }
        throw new IllegalStateException("no free port");
    }
}
