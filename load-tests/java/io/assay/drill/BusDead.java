package io.assay.drill;

import io.assay.embedded.EmbeddedServers.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Nothing passes between the nodes: each is alone with Redis and the database, then with the database. */
final class BusDead implements Drill {
    private static final int RATE = 100;
    private static final Duration BY_REDIS = Duration.ofSeconds(10);
    private static final Duration BY_DATABASE = Duration.ofSeconds(40);

    @Override
    public String name() {
        return "bus-dead";
    }

    @Override
    public String sentence() {
        return "Neither the event bus nor Hazelcast carries anything; changes arrive by Redis, and without it by the database.";
    }

    @Override
    public boolean isQuick() {
        return false;
    }

    @Override
    public void run(Scene scene) throws Exception {
        Network links = Network.of(scene);
        Trio trio = Trio.start(scene, links::between);
        links.split(trio.all().stream().map(List::of).toList());
        scene.report().atMost("each node is alone", scene.secondsUntilMembers(1, trio.all()), 60, "s");
        Traffic traffic = scene.traffic(RATE, trio.all());
        long mark = traffic.mark();
        changes(scene, "redis", scene.quick() ? 3 : 20, trio.all(), BY_REDIS);
        scene.servers().kill(Kind.REDIS);
        changes(scene, "database", scene.quick() ? 1 : 5, List.of(trio.owners(), trio.config()), BY_DATABASE);
        scene.servers().restore(Kind.REDIS);
        Answers during = traffic.since(mark);
        scene.report().note("meanwhile: " + during);
        scene.report().atMost("answers other than 200", during.not200(), 0);
        links.heal();
        trio.awaitWhole(scene, "the cluster is whole again");
    }

    private static void changes(Scene scene, String by, int count, List<Node> where, Duration bound)
            throws IOException {
        double slowest = 0;
        int arrived = 0;
        for (int i = 0; i < count; i++) {
            String key = "by_" + by + "_" + i;
            scene.publish(key);
            double seconds = scene.secondsUntilShown(key, where, bound.multipliedBy(2));
            slowest = Math.max(slowest, seconds);
            arrived += seconds <= bound.toSeconds() ? 1 : 0;
        }
        scene.report()
                .check(
                        "changes by " + by + " within " + bound.toSeconds() + " s on " + where,
                        arrived == count,
                        "%d of %d, slowest %.1f s".formatted(arrived, count, slowest),
                        "%d of %d".formatted(count, count));
    }
}
