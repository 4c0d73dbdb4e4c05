package io.assay.embedded;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers of one data folder: locked against a second owner, on ports remembered in the folder, and stopped in the
 * order that loses nothing. Servers that a killed run left behind are stopped before new ones start.
 */
public final class EmbeddedServers implements AutoCloseable {
    /** One kind of server; the order is the order of stopping. */
    public enum Kind {
        KAFKA,
        REDIS,
        POSTGRES
    }

    private static final Logger log = LoggerFactory.getLogger(EmbeddedServers.class);

    private final Path dir;
    private final FolderLock lock;
    private final Ports ports;
    private final Map<Kind, Running> running = new EnumMap<>(Kind.class);
    private final ReentrantLock changing = new ReentrantLock();
    private boolean closed;

    private EmbeddedServers(Path dir, FolderLock lock, Ports ports) {
        this.dir = dir;
        this.lock = lock;
        this.ports = ports;
    }

    /** Locks the folder and stops what a killed run left there; starts nothing yet. */
    public static EmbeddedServers open(Path folder) throws IOException {
        Path dir = Files.createDirectories(folder).toRealPath();
        FolderLock lock = FolderLock.take(dir);
        try {
            PostgresServer.stopOrphan(dir);
            RedisServer.stopOrphan(dir);
            return new EmbeddedServers(dir, lock, Ports.load(dir.resolve("ports.json")));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Opens the folder and starts the given kinds (none given: all). */
    public static EmbeddedServers start(Path folder, Kind... kinds) throws IOException {
        EmbeddedServers servers = open(folder);
        try {
            servers.startAll(kinds);
            return servers;
        } catch (IOException | RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    /** Starts those of the given kinds (none given: all) that do not run yet, in parallel; returns when they answer. */
    public void startAll(Kind... kinds) throws IOException {
        changing.lock();
        try {
            if (closed) {
                throw new IOException("the embedded servers are being stopped");
            }
            List<Kind> missing = new ArrayList<>(List.of(kinds.length == 0 ? Kind.values() : kinds));
            missing.removeAll(running.keySet());
            startMissing(missing);
        } finally {
            changing.unlock();
        }
    }

    private void startMissing(List<Kind> missing) throws IOException {
        Map<Kind, CompletableFuture<Running>> starting = new EnumMap<>(Kind.class);
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, missing.size()));
        try {
            for (Kind kind : missing) {
                starting.put(kind, CompletableFuture.supplyAsync(() -> startOne(kind), threads));
            }
            IOException failure = null;
            for (Map.Entry<Kind, CompletableFuture<Running>> start : starting.entrySet()) {
                failure = settle(start.getKey(), start.getValue(), failure);
            }
            if (failure != null) {
                throw failure;
            }
        } finally {
            threads.shutdown();
        }
    }

    /** The sections {@code postgres}, {@code analytics}, {@code redis} and {@code kafka} of the configuration. */
    public JsonObject endpoints() {
        JsonObject postgres = new JsonObject()
                .put("host", Ports.LOOPBACK)
                .put("port", ports.port("postgres"))
                .put("database", PostgresServer.DATABASE)
                .put("user", PostgresServer.USER)
                .put("password", PostgresServer.USER);
        return new JsonObject()
                .put("postgres", postgres)
                .put("analytics", postgres.copy())
                .put("redis", new JsonObject().put("uri", "redis://" + Ports.LOOPBACK + ":" + ports.port("redis")))
                .put("kafka", new JsonObject().put("bootstrap", Ports.LOOPBACK + ":" + ports.port("kafka")));
    }

    /** A free port for the given purpose, the same one after a restart if it is still free. */
    public int port(String purpose) {
        return ports.port(purpose);
    }

    /** Stops one server, for tests of what happens without it; {@link #startAll} brings it back with its data. */
    public void stop(Kind kind) {
        changing.lock();
        try {
            Running server = running.remove(kind);
            if (server != null) {
                server.stop();
            }
        } finally {
            changing.unlock();
        }
    }

    private void stopWhateverHappens(Kind kind) {
        try {
            stop(kind);
        } catch (RuntimeException e) {
            log.warn("Embedded {} did not end in order: {}", kind, e.toString());
        }
    }

    /** Stops Kafka, Redis and PostgreSQL, in this order, and gives the folder free. */
    @Override
    public void close() {
        changing.lock();
        try {
            closed = true;
            Arrays.stream(Kind.values()).forEach(this::stopWhateverHappens);
        } finally {
            changing.unlock();
            lock.close();
        }
    }

    private Running startOne(Kind kind) {
        try {
            return switch (kind) {
                case KAFKA -> KafkaServer.start(dir, ports);
                case REDIS -> RedisServer.start(dir, ports);
                case POSTGRES -> PostgresServer.start(dir, ports);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable IOException settle(Kind kind, CompletableFuture<Running> start, @Nullable IOException earlier) {
        try {
            running.put(kind, start.join());
            return earlier;
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            IOException failure = new IOException("embedded " + kind + " did not start: " + cause.getMessage(), cause);
            if (earlier != null) {
                failure.addSuppressed(earlier);
            }
            return failure;
        }
    }

    /** A started server. */
    interface Running {
        /** Ends it in order; returns when it is gone. */
        void stop();
    }
}
