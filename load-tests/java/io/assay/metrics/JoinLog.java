package io.assay.metrics;

import io.assay.protocol.EventCodec;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The experiments and the events that the join is measured with. */
final class JoinLog {
    static final int EXPERIMENTS = 20;
    private static final List<String> GOALS = List.of("view", "add_to_cart", "purchase", "signup");

    private JoinLog() {}

    /** One event as it stands in the log. */
    record Event(Source source, byte[] key, byte[] value) {}

    /** Experiments of two variants and three metrics that run now. */
    static Definition[] definitions(long now) {
        var metrics = List.of(
                new Definition.Metric("purchases", Hash64.of("purchase"), Definition.Metric.NO_WINDOW),
                new Definition.Metric("signups", Hash64.of("signup"), 48 * 3_600_000L),
                new Definition.Metric("carts", Hash64.of("add_to_cart"), Definition.Metric.NO_WINDOW));
        var all = new Definition[EXPERIMENTS];
        for (int i = 0; i < EXPERIMENTS; i++) {
            all[i] = new Definition(
                    "%012d".formatted(i),
                    List.of("control", "treatment"),
                    metrics,
                    now - 30 * Definition.DAY,
                    now + 30 * Definition.DAY);
        }
        return all;
    }

    /** Half exposures in any of the experiments, half goals, of users in no order, over the last hour. */
    static List<Event> mixed(int count, int users, long now) {
        var random = new Random(1);
        List<Event> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int user = random.nextInt(users);
            long ts = now - 3_600_000 + i * 3_600_000L / count;
            events.add(
                    i % 2 == 0
                            ? exposure(user, random.nextInt(EXPERIMENTS), i, ts)
                            : goal(user, random.nextInt(GOALS.size()), i, ts));
        }
        return events;
    }

    static Event exposure(int user, int experiment, long id, long ts) {
        var variant = (user * 31 + experiment * 17) % 2 == 0 ? "control" : "treatment";
        var exposure = new Exposure(id(id), user(user), "%012d".formatted(experiment), variant, ts);
        return new Event(Source.EXPOSURES, EventCodec.key(exposure.user()), EventCodec.encode(exposure));
    }

    static Event goal(int user, int name, long id, long ts) {
        var goal = new Goal(id(id), user(user), GOALS.get(name), name == 2 ? 49_990_000 : 0, ts, null);
        return new Event(Source.EVENTS, EventCodec.key(goal.user()), EventCodec.encode(goal));
    }

    private static String user(int n) {
        return "user-%08d".formatted(n);
    }

    private static String id(long n) {
        return "01J8Z3V5QK%016d".formatted(n);
    }
}
