package io.assay.drill;

import io.assay.embedded.EmbeddedServers.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** PostgreSQL is gone for two minutes: killed, then, in a second round, hanging. */
final class PostgresDown implements Drill {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final double REFUSED_WITHIN_SECONDS = 2;

    @Override
    public String name() {
        return "postgres-down";
    }

    @Override
    public String sentence() {
        return "PostgreSQL is killed for 2 min, then hangs for one, under load: users notice nothing, owners hear 503 soon.";
    }

    @Override
    public boolean isQuick() {
        return true;
    }

    private interface Action {
        void run() throws IOException;
    }

    /** What is done to PostgreSQL, for how long. */
    private record Fault(String name, int seconds, Action action) {}

    @Override
    public void run(Scene scene) throws Exception {
        NodeSpec owners =
                scene.node("owners").roles("admin", "config", "assignment").clustered();
        NodeSpec users = scene.node("users").clustered();
        if (!scene.quick()) {
            owners.optimised();
            users.optimised();
        }
        List<Node> nodes = List.of(owners.launch(), users.launch());
        nodes.forEach(Node::awaitReady);
        scene.experiments(12);
        scene.census(nodes);
        Traffic traffic = scene.quick()
                ? scene.traffic(200, nodes)
                : scene.traffic(600, nodes, Duration.ofSeconds(30), Duration.ofSeconds(60));
        Answers calm = traffic.calm();
        down(scene, traffic, calm, new Fault("killed", 120, () -> scene.servers()
                .kill(Kind.POSTGRES)));
        down(scene, traffic, calm, new Fault("hanging", 60, () -> scene.servers()
                .hang(Kind.POSTGRES)));
    }

    private static void down(Scene scene, Traffic traffic, Answers calm, Fault fault) throws IOException {
        String how = fault.name();
        Report report = scene.report();
        long from = traffic.mark();
        fault.action().run();
        int writes =
                refuse(scene, how, System.nanoTime() + TimeUnit.SECONDS.toNanos(scene.quick() ? 5 : fault.seconds()));
        Answers answers = traffic.since(from);
        report.note(how + ": " + answers);
        report.atMost(how + ": answers other than 200", answers.not200(), 0);
        report.atMost(how + ": degraded answers", answers.degraded(), 0);
        if (!scene.quick()) {
            report.atMost(how + ": p99 beside that without a fault", answers.p99() / calm.p99(), 2, "times");
        }
        scene.servers().restore(Kind.POSTGRES);
        String key = "after_" + how;
        double published = scene.secondsUntil(PATIENCE, () -> published(scene, key));
        double shown = scene.secondsUntilShown(key, scene.nodes(), PATIENCE);
        report.atMost(how + ": from its return to a change on all nodes", published + shown, PATIENCE.toSeconds(), "s");
        Api api = scene.api(scene.nodes().get(0));
        long made = IntStream.range(0, writes)
                .filter(i -> api.send("GET", "/experiments/" + lost(how, i), "").status() != 404)
                .count();
        report.atMost(how + ": writes that were refused, and are there", made, 0);
    }

    /** Writes again and again until then; each has to be refused, and soon; how many there were. */
    private static int refuse(Scene scene, String how, long end) throws IOException {
        Api api = scene.api(scene.nodes().get(0));
        double slowest = 0;
        int refused = 0;
        int writes = 0;
        String other = "";
        do {
            Api.Answer answer = api.send("POST", "/experiments", Scene.definition(lost(how, writes++), ""));
            slowest = Math.max(slowest, answer.seconds());
            if (answer.status() == 503 && answer.header("Retry-After").matches("[0-9]+")) {
                refused++;
            } else {
                other = answer.status() + " " + answer.text();
            }
            scene.pause(Duration.ofMillis(500));
        } while (System.nanoTime() < end);
        scene.report()
                .check(
                        how + ": writes refused with 503 and Retry-After",
                        refused == writes,
                        refused + " of " + writes + " " + other,
                        "all");
        scene.report().atMost(how + ": slowest refusal of a write", slowest, REFUSED_WITHIN_SECONDS, "s");
        return writes;
    }

    private static String lost(String how, int number) {
        return "lost_" + how + "_" + number;
    }

    /** Publishing is two writes; the first may have been made by a try before. */
    private static boolean published(Scene scene, String key) {
        try {
            Api api = scene.api(scene.nodes().get(0));
            int created =
                    api.send("POST", "/experiments", Scene.definition(key, "")).status();
            return (created == 201 || created == 409)
                    && api.send("PATCH", "/experiments/" + key, "{\"status\":\"active\"}")
                                    .status()
                            == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
