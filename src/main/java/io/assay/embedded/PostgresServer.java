package io.assay.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** PostgreSQL in {@code DIR/postgres}: durable (an acknowledged commit survives any kill), small, loopback only. */
final class PostgresServer implements EmbeddedServers.Running {
    static final String DATABASE = "postgres";
    static final String USER = "postgres";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final EmbeddedPostgres postgres;

    private PostgresServer(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    static void stopOrphan(Path dir) throws IOException {
        Orphan.stop(data(dir).resolve("postmaster.pid"), dir, "INT");
    }

    static PostgresServer start(Path dir, Ports ports) throws IOException {
        ProcessBuilder.Redirect log = ProcessBuilder.Redirect.appendTo(Files.createDirectories(dir.resolve("logs"))
                .resolve("postgres.log")
                .toFile());
        if (!Files.exists(data(dir).resolve("postgresql.conf"))) {
            Folders.delete(data(dir)); // a first start that was killed on its way
        }
        return new PostgresServer(EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(dir.resolve("bin").toFile())
                .setDataDirectory(data(dir))
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPort(ports.port("postgres"))
                .setPGStartupWait(PATIENCE)
                .setErrorRedirector(log)
                .setOutputRedirector(log)
                .setLocaleConfig("locale", "C.UTF-8")
                .setServerConfig("listen_addresses", Ports.LOOPBACK)
                .setServerConfig("unix_socket_directories", "''")
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("timezone", "UTC")
                .setServerConfig("log_timezone", "UTC")
                .setServerConfig("shared_buffers", "64MB")
                .setServerConfig("max_connections", "60")
                .setServerConfig("max_wal_size", "256MB")
                // not minimal: a sequence that is made and used in one transaction would go back after a crash
                .setServerConfig("wal_level", "replica")
                .setServerConfig("max_wal_senders", "0")
                .setServerConfig("max_parallel_workers_per_gather", "0")
                .setServerConfig("jit", "off")
                .start());
    }

    private static Path data(Path dir) {
        return dir.resolve("postgres");
    }

    @Override
    public void stop() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
