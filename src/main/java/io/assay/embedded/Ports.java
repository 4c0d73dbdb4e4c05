package io.assay.embedded;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The loopback ports of one data folder, by purpose, remembered in a file. A remembered port that a stranger listens on
 * is replaced by a free one. Ports come from below the range that systems give to outgoing connections, so that no
 * connection of somebody else takes one between two runs.
 */
final class Ports {
    static final String LOOPBACK = "127.0.0.1";

    private static final int LOWEST = 20_000;
    private static final int COUNT = 10_000;
    private static final int ATTEMPTS = 200;

    private final Path file;
    private final JsonObject remembered;
    private final Map<String, Integer> chosen = new HashMap<>();
    private final ReentrantLock choosing = new ReentrantLock();

    private Ports(Path file, JsonObject remembered) {
        this.file = file;
        this.remembered = remembered;
    }

    /** Reads the file; an absent or damaged one is an empty one, since ports can be chosen anew at any start. */
    static Ports load(Path file) throws IOException {
        try {
            return new Ports(file, Files.exists(file) ? new JsonObject(Files.readString(file)) : new JsonObject());
        } catch (DecodeException e) {
            return new Ports(file, new JsonObject());
        }
    }

    /** The port of this purpose; chosen and checked once, then the same for the life of this object. */
    int port(String purpose) {
        choosing.lock();
        try {
            return chosen.computeIfAbsent(purpose, this::choose);
        } finally {
            choosing.unlock();
        }
    }

    private int choose(String purpose) {
        Object last = remembered.getValue(purpose);
        if (last instanceof Integer port && isFree(port)) {
            return port;
        }
        int port = anyFree();
        remembered.put(purpose, port);
        save();
        return port;
    }

    private int anyFree() {
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = LOWEST + ThreadLocalRandom.current().nextInt(COUNT);
            if (!remembered.stream().map(Map.Entry::getValue).toList().contains(port) && isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + LOWEST + " and " + (LOWEST + COUNT - 1));
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    private void save() {
        try {
            Folders.write(file, remembered.encodePrettily());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
