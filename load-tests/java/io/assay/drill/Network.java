package io.assay.drill;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * What lies between the nodes of a cluster: each is reached through proxies of its own, in front of Hazelcast and of the event
 * bus, and a proxy knows from the system which node a connection comes from. So the cluster can be split: nothing passes from
 * one part to another, neither answer nor refusal, as if a cable was pulled. It reads {@code /proc}, and so needs Linux.
 */
final class Network implements AutoCloseable {
    private static final String NOBODY = "";

    private final Scene scene;
    private final List<Proxy> proxies = new ArrayList<>();
    private volatile Map<String, Integer> parts = Map.of();

    private Network(Scene scene) {
        this.scene = scene;
    }

    /** It lasts as long as the scene. */
    static Network of(Scene scene) {
        Network network = new Network(scene);
        scene.closeAtLast(network);
        return network;
    }

    /** Puts itself between these, all of the cluster, of which none has started yet. */
    void between(List<NodeSpec> nodes) {
        JsonArray members = new JsonArray();
        for (NodeSpec node : nodes) {
            Proxy hazelcast = proxy(node.name, node.hazelcastPort());
            Proxy eventBus = proxy(node.name, node.eventBusPort());
            members.add("127.0.0.1:" + hazelcast.port());
            node.with(
                    "cluster",
                    new JsonObject()
                            .put("publicHost", "127.0.0.1")
                            .put("publicPort", hazelcast.port())
                            .put("publicEventBusPort", eventBus.port()));
        }
        nodes.forEach(node -> node.with("cluster", new JsonObject().put("members", members)));
    }

    private Proxy proxy(String owner, int target) {
        try {
            Proxy proxy = Proxy.to(target, (from, to) -> rule(owner, from, to));
            proxies.add(proxy);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on only nodes of one part hear each other. */
    void split(List<List<Node>> into) {
        Map<String, Integer> numbers = new HashMap<>();
        for (int part = 0; part < into.size(); part++) {
            for (Node node : into.get(part)) {
                numbers.put(node.name(), part);
            }
        }
        parts = numbers;
    }

    /** All hear each other; what was under way arrives now. */
    void heal() {
        parts = Map.of();
        proxies.forEach(Proxy::look);
    }

    private BooleanSupplier rule(String owner, int from, int to) throws IOException {
        String source = owner(from, to);
        return () -> !parts.getOrDefault(source, -1).equals(parts.getOrDefault(owner, -1));
    }

    /** The node whose process has the connection between these ports of loopback. */
    private String owner(int from, int to) throws IOException {
        String inode = inode(from, to);
        for (Node node : scene.nodes()) {
            if (sockets(node.pid()).contains("socket:[" + inode + "]")) {
                return node.name();
            }
        }
        return NOBODY;
    }

    private static String inode(int from, int to) throws IOException {
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] words = line.strip().split("\\s+");
                if (words[1].endsWith(":%04X".formatted(from)) && words[2].endsWith(":%04X".formatted(to))) {
                    return words[9];
                }
            }
        }
        throw new IOException("nobody connects from " + from + " to " + to);
    }

    private static Set<String> sockets(long pid) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            Set<String> targets = new HashSet<>();
            for (Path file : files.toList()) {
                try {
                    targets.add(Files.readSymbolicLink(file).toString());
                } catch (IOException e) {
                    // closed since it was listed
                }
            }
            return targets;
        }
    }

    @Override
    public void close() {
        proxies.forEach(Proxy::close);
    }
}
