package io.assay.drill;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** One user sends a fifth of everything, and so much of it on one day that the caps take the user out. */
final class HotUser extends CountingDrill {
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final long DAY_MILLIS = 86_400_000;
    /** Who does more on one UTC day is no user: see docs/measurement.md. */
    private static final int GOALS_OF_A_DAY = 2_000;

    HotUser() {
        super(
                "hot-user",
                "One user sends a fifth of all events, beyond the caps of a day; the others are counted as ever.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        Pipeline pipeline = Pipeline.start(scene, 1, HotUser::letAllIn, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic(30, new OneIsHot(pipeline.trials));
        double taken = scene.secondsUntil(PATIENCE, () -> {
            scene.pause(Duration.ofSeconds(1));
            return mostGoalsOfADay(traffic) > GOALS_OF_A_DAY;
        });
        scene.report().atMost("that user is beyond the cap of a day after", taken, PATIENCE.toSeconds(), "s");
        scene.pause(Duration.ofSeconds(5));
        pipeline.referee.judge("in the end", traffic);
        for (Trial trial : pipeline.trials) {
            int excluded = pipeline.referee.analyst().excludedUsers(trial);
            scene.report().check(trial.key() + ": users who are taken out", excluded == 1, excluded, "1");
        }
        long hot = traffic.acknowledged().stream()
                .filter(event -> event.user().equals(OneIsHot.USER))
                .count();
        scene.report()
                .check(
                        "events of that user",
                        hot > traffic.acknowledged().size() / 6,
                        "%,d of %,d".formatted(hot, traffic.acknowledged().size()),
                        "a sixth at least");
        scene.report().note(traffic.toString());
    }

    private static long mostGoalsOfADay(EventTraffic traffic) {
        return traffic.acknowledged().stream()
                .filter(event -> event.user().equals(OneIsHot.USER) && !event.isExposure())
                .collect(Collectors.groupingBy(event -> event.ts() / DAY_MILLIS, Collectors.counting()))
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }

    /** Ingestion would not take so much of one user; what comes by other ways is counted all the same. */
    private static void letAllIn(NodeSpec front) {
        front.with(
                "ingestion",
                new JsonObject().put("userEventsPerSecond", 100_000).put("userBurstEvents", 100_000));
    }

    private static final class OneIsHot extends Behaviour {
        static final String USER = "hot";

        OneIsHot(List<Trial> trials) {
            super(1, trials, 400);
        }

        @Override
        protected String user() {
            return random.nextInt(5) == 0 ? USER : super.user();
        }

        @Override
        protected long time() {
            return System.currentTimeMillis() - random.nextInt(60_000);
        }
    }
}
