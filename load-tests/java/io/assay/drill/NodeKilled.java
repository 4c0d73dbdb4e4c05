package io.assay.drill;

import java.time.Duration;
import java.util.List;

/** A node dies under load. */
final class NodeKilled implements Drill {
    private static final int RATE = 300;
    private static final long NOTICED_NANOS = Duration.ofSeconds(1).toNanos();

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
        Trio trio = Trio.start(scene);
        Traffic traffic = scene.traffic(RATE, trio.all());
        Duration span = Duration.ofSeconds(scene.quick() ? 3 : 20);
        try (Balancer balancer = Balancer.before(trio.all(), traffic)) {
            Answers before = traffic.during(span);
            scene.report().note("before: " + before);
            scene.report().atMost("answers other than 200 before", before.not200(), 0);
            long fault = traffic.mark();
            trio.users().kill();
            Answers after = traffic.during(span);
            Answers all = traffic.since(fault);
            scene.report().note("killed: " + all);
            judge(scene, trio, all, fault);
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

    private static void judge(Scene scene, Trio trio, Answers all, long fault) {
        Answers others = new Answers(
                all.all().stream().filter(one -> one.node() != trio.users()).toList());
        scene.report().atMost("failed requests at the other nodes", others.not200(), 0);
        Answers its = all.of(trio.users());
        long late = its.all().stream()
                .filter(one -> one.status() != 200 && one.dueNanos() - fault > NOTICED_NANOS)
                .count();
        scene.report().note("failed at the killed one: " + its.failures());
        scene.report().atMost("of them, sent later than 1 s after the kill", late, 0);
    }
}
