package io.assay.drill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** The same events come three times, for three experiments alike, each time in another order and otherwise put together. */
final class Shuffles extends CountingDrill {
    private static final int EVENTS = 4_000;
    private static final double DUPLICATES = 0.3;
    private static final List<String> NAMES = List.of("first", "second", "third");

    Shuffles() {
        super(
                "shuffles",
                "The same events come in three shuffles, with 30 % duplicates, in other batches: one result.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        Pipeline pipeline = Pipeline.start(scene, 1, NAMES.toArray(String[]::new));
        List<Event> told = new Behaviour(9, pipeline.trials.subList(0, 1), 200).next(EVENTS);
        List<Event> all = new ArrayList<>();
        for (int number = 0; number < NAMES.size(); number++) {
            Shuffled shuffled = new Shuffled(told, pipeline.trials.get(number), number);
            EventTraffic traffic =
                    new EventTraffic(scene, pipeline.front.ingestionPort(), shuffled, 100, 7 + 11 * number);
            scene.secondsUntil(Duration.ofSeconds(60), shuffled::isOver);
            all.addAll(pipeline.referee.taken(NAMES.get(number) + " shuffle", traffic));
        }
        pipeline.referee.judgeServed("in the end");
        pipeline.referee.judgeLog("in the end", all);
        Map<String, String> first = results(pipeline, 0);
        for (int number = 1; number < NAMES.size(); number++) {
            scene.report()
                    .check(
                            "results of the " + NAMES.get(number) + " shuffle = those of the first",
                            results(pipeline, number).equals(first) && !first.isEmpty(),
                            first.size() + " rows",
                            "equal");
        }
    }

    private static Map<String, String> results(Pipeline pipeline, int number) throws Exception {
        Map<String, String> rows = new TreeMap<>();
        Trial trial = pipeline.trials.get(number);
        pipeline.referee.analyst().served(trial, 0).forEach((key, row) -> rows.put(key.replace(trial.id(), "it"), row));
        return rows;
    }

    /** What was told already, of other users and another experiment, in another order, some of it more than once. */
    private static final class Shuffled extends Behaviour {
        private final List<Event> left;

        Shuffled(List<Event> told, Trial trial, int number) {
            super(number, List.of(trial), 1);
            Random order = new Random(number);
            List<Event> events = new ArrayList<>();
            for (Event event : told) {
                Event its = new Event(
                        event.id(),
                        trial.key() + event.user(),
                        event.isExposure() ? trial.id() : null,
                        event.name(),
                        event.micros(),
                        event.ts());
                events.add(its);
                if (order.nextDouble() < DUPLICATES) {
                    events.add(its);
                }
            }
            Collections.shuffle(events, order);
            left = events;
        }

        @Override
        synchronized List<Event> next(int count) {
            List<Event> next = new ArrayList<>(left.subList(0, Math.min(count, left.size())));
            left.subList(0, next.size()).clear();
            return next;
        }

        @Override
        boolean hasIds() {
            return true;
        }

        synchronized boolean isOver() {
            return left.isEmpty();
        }
    }
}
