package io.assay.drill;

import io.assay.embedded.EmbeddedServers.Kind;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** Operators bring back an older copy of the database. */
final class PostgresRestored implements Drill {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern ALARM = Pattern.compile("assay_snapshot_behind\\{kind=\"config\"[^}]*} [1-9]");
    private static final int CHANGES = 5;

    @Override
    public String name() {
        return "postgres-restored";
    }

    @Override
    public String sentence() {
        return "PostgreSQL is restored from an older backup: nodes keep what they serve, the next write is above it.";
    }

    @Override
    public boolean isQuick() {
        return false; // RestoredDatabaseIT sees the same on one node
    }

    @Override
    public void run(Scene scene) throws Exception {
        NodeSpec owners =
                scene.node("owners").roles("admin", "config", "assignment").clustered();
        NodeSpec users = scene.node("users").clustered();
        List<Node> nodes = List.of(owners.launch(), users.launch());
        nodes.forEach(Node::awaitReady);
        scene.experiments(6);
        Servers servers = scene.servers();
        String database = servers.database();
        String backup = database + "_backup";
        Proxy proxy = servers.proxy(Kind.POSTGRES);

        proxy.cut();
        servers.sqlBesideIt(
                "drop database if exists " + backup,
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + database + "'",
                "create database " + backup + " template " + database);
        proxy.restore();
        long old = servers.version();
        scene.secondsUntil(PATIENCE, () -> published(scene));
        for (int i = 1; i < CHANGES; i++) {
            scene.publish("lost_" + i);
        }
        scene.secondsUntilShown("lost_" + (CHANGES - 1), nodes, PATIENCE);
        scene.census(nodes);
        Traffic traffic = scene.traffic(200, nodes);
        long newest = nodes.get(0).version("config");
        scene.report().note("the backup is of version %d, nodes serve %d".formatted(old, newest));

        long from = traffic.mark();
        proxy.cut();
        servers.sqlBesideIt(
                "drop database " + database + " with (force)", "alter database " + backup + " rename to " + database);
        proxy.restore();
        scene.allow("Alarms: database is back at"); // somebody has to know
        scene.pause(Duration.ofSeconds(scene.quick() ? 4 : 70)); // two turns of the slow look at PostgreSQL
        Answers answers = traffic.since(from);
        scene.report().note("after the restore: " + answers);
        scene.report().atMost("answers other than 200", answers.not200(), 0);
        long restored = servers.version();
        scene.report().check("the restored database is older", restored < newest, restored, "below " + newest);
        double alarm = scene.secondsUntil(
                PATIENCE, () -> nodes.stream().allMatch(node -> ALARM.matcher(node.metrics("assay_snapshot_behind"))
                        .find()));
        scene.report()
                .atMost("the alarm on both nodes says that the database is behind", alarm, PATIENCE.toSeconds(), "s");
        for (Node node : nodes) {
            long kept = node.version("config");
            scene.report().check(node + " keeps its version", kept == newest, kept, "is " + newest);
        }
        scene.publish("after_restore");
        double seconds = scene.secondsUntilShown("after_restore", nodes, PATIENCE);
        scene.report().atMost("the next change shows on all nodes", seconds, PATIENCE.toSeconds(), "s");
        long next = servers.version();
        scene.report().check("its version is above all that was served", next > newest, next, "above " + newest);
    }

    private static boolean published(Scene scene) {
        try {
            scene.publish("lost_0");
            return true;
        } catch (Exception e) {
            return false; // the connections that were cut are noticed by their first use
        }
    }
}
