package io.assay.drill;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A node to be: which roles it has, and how its configuration differs from that of the others. */
public final class NodeSpec {
    private final Scene scene;
    final String name;
    final int basePort;
    final List<String> roles = new ArrayList<>(List.of("management"));
    final List<String> options = new ArrayList<>();
    final JsonObject conf = new JsonObject();
    boolean clustered;
    boolean optimised;

    NodeSpec(Scene scene, String name, int basePort) {
        this.scene = scene;
        this.name = name;
        this.basePort = basePort;
        roles("config", "assignment");
    }

    /** Descriptors to run beside {@code management}; without this call {@code config} and {@code assignment}. */
    public NodeSpec roles(String... names) {
        roles.retainAll(List.of("management"));
        roles.addAll(List.of(names));
        return this;
    }

    /** In one cluster with the others that are. */
    public NodeSpec clustered() {
        clustered = true;
        return this;
    }

    /** With both compilers: for drills whose question is how fast. Without it the quick compiler has to do. */
    public NodeSpec optimised() {
        optimised = true;
        return this;
    }

    /** A section of the configuration over what the scene would give, such as {@code "redis", {"uri": …}}. */
    public NodeSpec with(String section, JsonObject settings) {
        conf.mergeIn(new JsonObject().put(section, settings), true);
        return this;
    }

    /** An option of the command line, such as {@code "--verticles", folder}. */
    public NodeSpec option(String option, String value) {
        options.add(option);
        options.add(value);
        return this;
    }

    /** Starts it and waits until it is ready. */
    public Node start() throws IOException {
        return launch().awaitReady();
    }

    /** Starts it. */
    public Node launch() throws IOException {
        return scene.launch(this);
    }

    int hazelcastPort() {
        return basePort + 6;
    }

    int eventBusPort() {
        return basePort + 7;
    }
}
