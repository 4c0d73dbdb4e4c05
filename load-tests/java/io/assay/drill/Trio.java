package io.assay.drill;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Three nodes of one cluster, ready and joined: one that owners use, and two more, the last for users alone. */
record Trio(Node owners, Node config, Node users) {
    private static final int EXPERIMENTS = 6;

    /** As they come. */
    static Trio start(Scene scene) throws IOException {
        return start(scene, specs -> {});
    }

    /** With what is to be said to all of them, as long as none has started. */
    static Trio start(Scene scene, Consumer<List<NodeSpec>> before) throws IOException {
        List<NodeSpec> specs = List.of(
                scene.node("owners").roles("admin", "config", "assignment").clustered(),
                scene.node("config").clustered(),
                scene.node("users").roles("assignment").clustered());
        before.accept(specs);
        List<Node> nodes = new ArrayList<>();
        for (NodeSpec spec : specs) {
            nodes.add(spec.launch());
        }
        nodes.forEach(Node::awaitReady);
        Trio trio = new Trio(nodes.get(0), nodes.get(1), nodes.get(2));
        trio.awaitWhole(scene, "the cluster came up");
        scene.experiments(EXPERIMENTS);
        scene.census(trio.all());
        return trio;
    }

    List<Node> all() {
        return List.of(owners, config, users);
    }

    /** Waits until each sees all three. */
    void awaitWhole(Scene scene, String what) {
        scene.report().atMost(what, scene.secondsUntilMembers(3, all()), Scene.MEMBERS_PATIENCE.toSeconds(), "s");
    }
}
