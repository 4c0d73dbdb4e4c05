package io.assay.platform;

import io.micrometer.core.instrument.Timer;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.TimeUnit;

/**
 * How many requests a stage answered, how and how fast, as {@code assay.http.requests}. It stands for the meters that Vert.x has
 * of its HTTP servers: these look several meters up for each request, which costs more than answering a small one.
 */
final class RequestMeter {
    private static final String[] OUTCOMES = {"cut", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private final Timer[] timers = new Timer[OUTCOMES.length];

    RequestMeter(String stage) {
        for (int i = 0; i < OUTCOMES.length; i++) {
            timers[i] = Timer.builder("assay.http.requests")
                    .description("Requests by how they were answered; cut is a connection that went away before")
                    .tag("stage", stage)
                    .tag("outcome", OUTCOMES[i])
                    .register(Meters.registry());
        }
    }

    /** Counts the request, which came at that time, when its response is over: mostly it is by now. */
    void follow(HttpServerResponse response, long begun) {
        if (response.ended()) {
            record(response.getStatusCode() / 100, begun);
        } else if (!response.closed()) {
            response.endHandler(over -> record(response.ended() ? response.getStatusCode() / 100 : 0, begun));
        } else {
            record(0, begun);
        }
    }

    private void record(int outcome, long begun) {
        timers[outcome < timers.length ? outcome : 0].record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
    }
}
