package io.assay.drill;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What users do, from a seed: most stay in one variant of an experiment, some are shown two, and goals come before exposures too. */
class Behaviour {
    private static final long REACH_MILLIS = 20 * 3_600_000L;
    private static final long[] PRICES = {0, 9_990_000, 49_990_000, -9_990_000, 1, 123_456_789};

    protected final Random random;
    protected final List<Trial> trials;
    protected final int users;
    private final String prefix;
    private final Set<String> said = new HashSet<>();
    private long number;

    Behaviour(long seed, List<Trial> trials, int users) {
        random = new Random(seed);
        this.trials = trials;
        this.users = users;
        prefix = "s" + seed + "-";
    }

    /** The next of them; no two say the same of the same user. */
    List<Event> next(int count) {
        List<Event> events = new ArrayList<>();
        while (events.size() < count) {
            Event event = one();
            if (said.add(event.user() + event.experiment() + event.name() + event.ts())) {
                events.add(event);
            }
        }
        return events;
    }

    /** Whether they send ids of their own; else those that are made of the request have to do. */
    boolean hasIds() {
        return random.nextInt(3) == 0;
    }

    protected Event one() {
        String user = user();
        String id = prefix + number++;
        if (random.nextInt(10) < 4) {
            return exposure(id, user);
        }
        boolean buys = random.nextInt(3) > 0;
        return Event.goal(
                id,
                user,
                buys ? "purchase" : "signup",
                buys ? PRICES[random.nextInt(PRICES.length)] + random.nextInt(100) * 10_000L : 0,
                time());
    }

    private Event exposure(String id, String user) {
        Trial trial = trials.get(random.nextInt(trials.size()));
        boolean strays = user.hashCode() % 17 == 0 && random.nextBoolean();
        int usual = Math.floorMod((user + trial.key()).hashCode(), Trial.VARIANTS.size());
        int variant = strays ? random.nextInt(Trial.VARIANTS.size()) : usual;
        return Event.exposure(id, user, trial, Trial.VARIANTS.get(variant), time());
    }

    protected String user() {
        return "measured-" + random.nextInt(users);
    }

    /** Half of them now, the others some time in the last hours. */
    protected long time() {
        long now = System.currentTimeMillis();
        return random.nextBoolean() ? now - random.nextInt(1_000) : now - (long) (random.nextDouble() * REACH_MILLIS);
    }
}
