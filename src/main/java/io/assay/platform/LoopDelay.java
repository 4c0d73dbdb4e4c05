package io.assay.platform;

import io.micrometer.core.instrument.Timer;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/** How late an event loop comes to what is due, as {@code assay.eventloop.delay}: what every request on it waits in addition. */
final class LoopDelay {
    private static final long EVERY_MILLIS = 250;

    private final Vertx vertx;
    private final Timer timer;
    private long pending;

    private LoopDelay(Vertx vertx, Timer timer) {
        this.vertx = vertx;
        this.timer = timer;
    }

    /** Begins to measure the event loop of the calling verticle. */
    static LoopDelay watch(Vertx vertx, String stage) {
        LoopDelay delay = new LoopDelay(
                vertx,
                Timer.builder("assay.eventloop.delay")
                        .description(
                                "How late the event loop of a stage came to a timer, looked at four times a second")
                        .tag("stage", stage)
                        .register(Meters.registry()));
        delay.arm();
        return delay;
    }

    private void arm() {
        long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(EVERY_MILLIS);
        pending = vertx.setTimer(EVERY_MILLIS, id -> {
            timer.record(Math.max(0, System.nanoTime() - due), TimeUnit.NANOSECONDS);
            arm();
        });
    }

    void stop() {
        vertx.cancelTimer(pending);
    }
}
