package io.assay.drill;

import java.util.List;

/** All drills there are, in the order in which they run. */
public final class Drills {
    private static final List<Drill> ALL = List.of(
            // one line each
            new PostgresDown(),
            new PostgresRestored(),
            new RedisAway(),
            new BootFile(),
            new OldSnapshot(),
            new NodeKilled(),
            new RollingRestart(),
            new ChangeVisible(),
            new KillSwitch(true),
            new KillSwitch(false),
            new ClusterSplit(),
            new BusDead(),
            new Hostile(),
            WorkerKilled.join(),
            WorkerKilled.sink(),
            new WorkersFrozen(),
            new WorkersComeAndGo(),
            new StateWiped(),
            new DiskFull(),
            new BrokerRestart(),
            new BrokersAway(),
            new SlowAcks(),
            new LostAnswers(),
            AnalyticsAway.postgres(),
            AnalyticsAway.clickHouse(),
            new Poison(),
            new Shuffles(),
            new Rebuilt(),
            new HotUser(),
            new TopicHeldBack(),
            new Concluded());

    private Drills() {}

    public static List<Drill> all() {
        return ALL;
    }

    static Drill named(String name) {
        return ALL.stream()
                .filter(drill -> drill.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + ": no such drill (expected one of: "
                        + String.join(", ", ALL.stream().map(Drill::name).toList()) + ")"));
    }
}
