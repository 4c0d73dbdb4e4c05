package io.assay.embedded;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The embedded servers that all tests of one JVM share: started at first use, stopped when the JVM ends. Tests keep apart
 * by names of their own: a {@link #newDatabase() database}, topics, Redis keys or a Redis database number.
 */
public final class SharedServers {
    private static final ReentrantLock STARTING = new ReentrantLock();
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static EmbeddedServers servers;

    private SharedServers() {}

    /** The servers, with at least the given kinds running. */
    public static EmbeddedServers with(EmbeddedServers.Kind... kinds) {
        STARTING.lock();
        try {
            if (servers == null) {
                Path target = Files.createDirectories(Path.of("target"));
                Path dir = Files.createTempDirectory(target, "servers-");
                servers = EmbeddedServers.open(dir);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> closeAndDelete(dir)));
            }
            servers.startAll(kinds);
            return servers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            STARTING.unlock();
        }
    }

    /** An empty PostgreSQL database of its own, as a {@code postgres} or {@code analytics} section. */
    public static JsonObject newDatabase() {
        JsonObject section = with(EmbeddedServers.Kind.POSTGRES).endpoints().getJsonObject("postgres");
        String name = "test_" + DATABASES.incrementAndGet();
        try (Connection connection = connect(section)) {
            connection.createStatement().execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return section.put("database", name);
    }

    /** A JDBC connection to such a section. */
    public static Connection connect(JsonObject section) throws SQLException {
        String url = "jdbc:postgresql://%s:%d/%s"
                .formatted(section.getString("host"), section.getInteger("port"), section.getString("database"));
        return DriverManager.getConnection(url, section.getString("user"), section.getString("password"));
    }

    private static void closeAndDelete(Path dir) {
        try {
            servers.close();
            Folders.delete(dir);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
