package io.assay.drill;

import java.time.Duration;
import java.util.List;

/** A node dies under load. */
final class NodeKilled implements Drill {
    private static final int RATE = 300;
    /** The balancer looks ten times a second; more is for a machine that is busy. */
    private static final double NOTICED_SECONDS = 0.5;

    private static final double NOTICED_SECONDS_QUICK = 2;

    @Override
    public String name() {
        return "node-killed";
    }

    @Override
    public String sentence() {
        return "One of three nodes is killed under load; only requests that it had, or was sent before it was missed, fail.";
    }

    @Override
    public boolean isQuick() {
        return true;
    }

    @Override
    public void run(Scene scene) throws Exception {
        // by the event bus, which hears of it so when the killed one had not read all
        scene.allow("ERROR ConnectionBase: Connection reset");
        Trio trio = Trio.start(scene);
        Traffic traffic = scene.traffic(RATE, trio.all());
        Duration span = Duration.ofSeconds(scene.quick() ? 2 : 20);
        try (Balancer balancer = Balancer.before(trio.all(), traffic)) {
            Answers before = traffic.during(span);
            scene.report().note("before: " + before);
            scene.report().atMost("answers other than 200 before", before.not200(), 0);
            long fault = traffic.mark();
            trio.users().kill();
            Answers after = traffic.during(span);
            Answers all = traffic.since(fault);
            scene.report().note("killed: " + all);
            judge(scene, trio, all, fault, balancer.changed());
            scene.report()
                    .check(
                            "the balancer left it out",
                            balancer.ready().equals(List.of(trio.owners(), trio.config())) && after.count() > 0,
                            balancer.ready(),
                            "the other two");
            trio.users().startAgain().awaitReady();
            trio.awaitWhole(scene, "it is in the cluster again");
        }
    }

    private static void judge(Scene scene, Trio trio, Answers all, long fault, long noticed) {
        Answers others = all.only(one -> one.node() != trio.users());
        scene.report().atMost("failed requests at the other nodes", others.not200(), 0);
        scene.report().atMost("requests without any answer or failure", all.unanswered(), 0);
        scene.report()
                .atMost(
                        "the balancer misses it after",
                        (noticed - fault) / 1e9,
                        scene.quick() ? NOTICED_SECONDS_QUICK : NOTICED_SECONDS,
                        "s");
        Answers its = all.of(trio.users());
        long late = its.all().stream()
                .filter(one -> one.status() != 200 && one.dueNanos() > noticed)
                .count();
        scene.report().note("failed at the killed one: " + its.failures());
        scene.report().atMost("of them, sent after it was missed", late, 0);
    }
}
