package io.assay.drill;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A node hangs; then the cluster is cut in two, and heals. */
final class ClusterSplit implements Drill {
    private static final int RATE = 150;
    private static final Duration BY_POLLING = Duration.ofSeconds(10);

    @Override
    public String name() {
        return "cluster-split";
    }

    @Override
    public String sentence() {
        return "A node hangs and comes back; then the cluster is cut in two and heals; changes arrive, and no version goes down.";
    }

    @Override
    public boolean isQuick() {
        return false;
    }

    @Override
    public void run(Scene scene) throws Exception {
        // by one who merges what was cut while partitions still move: it asks again until they don't
        scene.allow("LockClusterStateOp: .* Still have pending migration tasks");
        // by one who was left out when the members were counted, and joins again
        scene.allow("FetchMembersViewOp: .* claims mastership but it is not a member");
        Network links = Network.of(scene);
        Trio trio = Trio.start(scene, links::between);
        Traffic traffic = scene.traffic(RATE, trio.all());
        traffic.only(List.of(trio.owners(), trio.config()));
        scene.pause(Duration.ofSeconds(1)); // what the third was sent is answered
        long hung = traffic.mark();
        hang(scene, trio);
        Answers beside = traffic.since(hung);
        scene.report().note("beside a node that hangs: " + beside);
        scene.report().atMost("answers of the others other than 200", beside.not200(), 0);
        traffic.only(trio.all());
        long mark = traffic.mark();
        split(scene, trio, links);
        Answers during = traffic.since(mark);
        scene.report().note("while it was split: " + during);
        scene.report().atMost("answers other than 200 while it was split", during.not200(), 0);
        scene.report().atMost("degraded answers while it was split", during.degraded(), 0);
    }

    private static void hang(Scene scene, Trio trio) throws Exception {
        List<Node> others = List.of(trio.owners(), trio.config());
        trio.users().hang();
        scene.publish("while_one_hangs");
        arrives(scene, "with a node that hangs, a change shows on the others", "while_one_hangs", others);
        scene.report().atMost("the others go on without it", scene.secondsUntilMembers(2, others), 60, "s");
        trio.users().resume();
        arrives(scene, "the node that hung shows it when it is back", "while_one_hangs", trio.all());
        trio.awaitWhole(scene, "the node that hung is in the cluster again");
        scene.publish("after_it_hung");
        arrives(scene, "the next change shows on all", "after_it_hung", trio.all());
    }

    private static void split(Scene scene, Trio trio, Network links) throws Exception {
        List<Node> one = List.of(trio.owners());
        List<Node> other = List.of(trio.config(), trio.users());
        links.split(List.of(one, other));
        scene.publish("just_split");
        arrives(scene, "a change made when the split began is on the other side", "just_split", trio.all());
        scene.report().atMost("one side is alone", scene.secondsUntilMembers(1, one), 60, "s");
        scene.report().atMost("the other side is two", scene.secondsUntilMembers(2, other), 60, "s");
        for (int i = 0; i < 3; i++) {
            scene.publish("split_" + i);
            arrives(scene, "a change made on one side is on the other", "split_" + i, trio.all());
        }
        links.heal();
        trio.awaitWhole(scene, "the cluster is whole again");
        scene.publish("healed");
        arrives(scene, "a change after healing shows on all", "healed", trio.all());
    }

    private static void arrives(Scene scene, String what, String experiment, List<Node> where) throws IOException {
        double seconds = scene.secondsUntilShown(experiment, where, BY_POLLING.multipliedBy(3));
        scene.report().atMost(what, seconds, BY_POLLING.toSeconds(), "s");
    }
}
