package io.assay.load;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Events accepted over HTTP in batches of 100, and by the broker of a plain producer, in turns. */
final class EventRates {
    private static final int WARM_UPS = 60;
    private static final int WARM_REQUESTS = 150_000;

    private final EventsStack stack;
    private final int rounds;
    private final int seconds;
    private final EventBatches batches;
    private final MaximumLoop http;
    private final double[] plainRates;
    private final double[] httpRates;
    private final double[] plainMicros;
    private final double[] httpMicros;

    EventRates(EventsStack stack, Options options) throws IOException {
        this.stack = stack;
        rounds = options.number("rounds", 9);
        seconds = options.number("seconds", 5);
        batches = new EventBatches(stack.key("server"));
        Map<String, String> some = new HashMap<>(options.values());
        some.putIfAbsent("connections", "256");
        http = new MaximumLoop(stack.ingestion(), batches.requests, 201, new Options(some));
        plainRates = new double[rounds];
        httpRates = new double[rounds];
        plainMicros = new double[rounds];
        httpMicros = new double[rounds];
    }

    /** The result in words. */
    String run() throws IOException {
        try (PlainProducer plain = new PlainProducer(stack.kafka(), "events", batches.goals)) {
            warmUp(plain);
            for (int round = 0; round < rounds; round++) {
                if (round % 2 == 0) {
                    plain(plain, round);
                    http(round);
                } else {
                    http(round);
                    plain(plain, round);
                }
                System.out.printf(
                        "round %-2d  plain producer %,8.0f/s (%.2f µs)   over HTTP %,8.0f/s (%.2f µs)   ratio %.2f%n",
                        round + 1,
                        plainRates[round],
                        plainMicros[round],
                        httpRates[round],
                        httpMicros[round],
                        httpRates[round] / plainRates[round]);
            }
        }
        double[] ratios = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            ratios[round] = httpRates[round] / plainRates[round];
        }
        return "events in batches of 100: plain producer %,.0f/s, over HTTP %,.0f/s, ratio %.2f (aim: 0.5)%n"
                        .formatted(Compare.median(plainRates), Compare.median(httpRates), Compare.median(ratios))
                + "processor time of the stack per event: plain producer %.2f µs, over HTTP %.2f µs%n"
                        .formatted(Compare.median(plainMicros), Compare.median(httpMicros));
    }

    /** Until the compilers are done with it: by requests and not by time, as others may want the processor. */
    private void warmUp(PlainProducer plain) throws IOException {
        plain.run(seconds);
        long answered = 0;
        for (int i = 0; i < WARM_UPS && answered < WARM_REQUESTS; i++) {
            answered += http.run(1);
        }
        System.out.printf("warm-up   %,d requests%n", answered);
    }

    private void plain(PlainProducer producer, int round) throws IOException {
        long before = stack.processorNanos();
        plainRates[round] = producer.run(seconds);
        plainMicros[round] = micros(before, plainRates[round] * seconds);
    }

    private void http(int round) throws IOException {
        long before = stack.processorNanos();
        long events = http.run(seconds) * EventBatches.each();
        httpRates[round] = (double) events / seconds;
        httpMicros[round] = micros(before, events);
    }

    private double micros(long before, double events) throws IOException {
        return (stack.processorNanos() - before) / 1e3 / events;
    }
}
