package io.assay.drill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Looks at the versions that every node serves, all the time: none may ever go down, not even by a restart on its folder. */
final class VersionWatch {
    private static final List<String> KINDS = List.of("config", "emergency", "keys");
    /** A node that hangs holds up the look at the others for so long only. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final List<Node> nodes;
    private final Map<String, Long> highest = new HashMap<>();
    private final List<String> decreases = new ArrayList<>();
    private final Thread thread = new Thread(this::watch, "versions");
    private volatile boolean over;
    private long looks;

    /** Watches the nodes of a list that may grow; the thread ends by itself soon after {@link #stop}. */
    VersionWatch(List<Node> nodes) {
        this.nodes = nodes;
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        while (!over) {
            List<CompletableFuture<Void>> looking =
                    nodes.stream().filter(Node::isExpectedToRun).map(this::look).toList();
            CompletableFuture.allOf(looking.toArray(CompletableFuture[]::new)).join();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private CompletableFuture<Void> look(Node node) {
        return node.lookAtVersions(PATIENCE)
                .thenAccept(versions -> versions.forEach((kind, version) -> note(node, kind, version)));
    }

    private synchronized void note(Node node, String kind, long version) {
        if (version <= 0) {
            return; // away, or without any: told by other checks
        }
        looks++;
        long before = highest.merge(node + " " + kind, version, Math::max);
        if (version < before) {
            decreases.add(node + ": " + kind + " from " + before + " to " + version);
        }
    }

    /** A node of this name begins anew, on an empty folder. */
    synchronized void forget(Node node) {
        KINDS.forEach(kind -> highest.remove(node + " " + kind));
    }

    synchronized List<String> decreases() {
        return List.copyOf(decreases);
    }

    synchronized long looks() {
        return looks;
    }

    void stop() {
        over = true;
    }
}
