package io.assay.platform;

import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * How many requests a stage answered, by the template of their route, how and how fast, as {@code assay.http.requests}. It stands
 * for the meters that Vert.x has of its HTTP servers: these look several meters up for each request, which costs more than
 * answering a small one.
 */
final class RequestMeter {
    /** The route of what no route is there for, or was never looked for. */
    static final String NO_ROUTE = "none";

    private static final String[] OUTCOMES = {"cut", "1xx", "2xx", "3xx", "4xx", "5xx"};
    private static final int[] SHOWN_FROM_THE_FIRST = {2, 4, 5};
    private static final Duration[] LEVELS = LongStream.of(
                    1_000,
                    2_500,
                    5_000,
                    10_000,
                    25_000,
                    50_000,
                    100_000,
                    250_000,
                    500_000,
                    1_000_000,
                    2_500_000,
                    5_000_000,
                    10_000_000)
            .mapToObj(micros -> Duration.ofNanos(micros * 1_000))
            .toArray(Duration[]::new);

    private final String stage;
    private final Answered unrouted;
    private final Map<String, Answered> byTemplate = new ConcurrentHashMap<>();

    /**
     * The requests of one stage.
     *
     * @param unrouted the template of what is answered before any router sees it
     */
    RequestMeter(String stage, String unrouted) {
        this.stage = stage;
        this.unrouted = new Answered(stage, unrouted);
    }

    /** Counts the request, which came at that time, when its response is over: mostly it is by now. */
    void follow(HttpServerResponse response, long begun) {
        Context own = RequestLocals.here();
        if (response.ended()) {
            record(own, response.getStatusCode() / 100, begun);
        } else if (response.closed() || !isFollowed(response, own, begun)) {
            record(own, response.ended() ? response.getStatusCode() / 100 : 0, begun);
        }
    }

    /** False if another thread has answered it, or its client has gone, since this thread looked. */
    private boolean isFollowed(HttpServerResponse response, @Nullable Context own, long begun) {
        try {
            response.endHandler(over -> record(own, response.ended() ? response.getStatusCode() / 100 : 0, begun));
            return true;
        } catch (IllegalStateException over) {
            return false;
        }
    }

    private void record(@Nullable Context own, int outcome, long begun) {
        RoutedRequest routed = RequestLocals.routed(own);
        Answered answered = routed == null ? unrouted : of(routed.template());
        answered.timer(outcome < OUTCOMES.length ? outcome : 0).record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
    }

    private Answered of(String template) {
        Answered known = byTemplate.get(template);
        return known == null ? byTemplate.computeIfAbsent(template, t -> new Answered(stage, t)) : known;
    }

    /** The timers of one route; those of the usual outcomes are there from its first request on, so that rates begin at zero. */
    private static final class Answered {
        private final String stage;
        private final String route;
        private final @Nullable Timer[] timers = new @Nullable Timer[OUTCOMES.length];

        Answered(String stage, String route) {
            this.stage = stage;
            this.route = route;
            for (int outcome : SHOWN_FROM_THE_FIRST) {
                timers[outcome] = register(outcome);
            }
        }

        Timer timer(int outcome) {
            Timer known = timers[outcome];
            if (known == null) {
                known = register(outcome);
                timers[outcome] = known;
            }
            return known;
        }

        private Timer register(int outcome) {
            return Timer.builder("assay.http.requests")
                    .description("Requests by how they were answered; cut is a connection that went away before")
                    .tag("stage", stage)
                    .tag("route", route)
                    .tag("outcome", OUTCOMES[outcome])
                    .serviceLevelObjectives(LEVELS)
                    .register(Meters.registry());
        }
    }
}
