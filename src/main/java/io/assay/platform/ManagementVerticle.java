package io.assay.platform;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.ext.web.Router;
import io.vertx.micrometer.PrometheusScrapingHandler;
import org.jspecify.annotations.Nullable;

/** The port for operators: {@code /metrics} for Prometheus, {@code /health/live} and {@code /health/ready}. */
public final class ManagementVerticle extends VerticleBase {
    private @Nullable HttpService http;

    @Override
    public Future<?> start() {
        Router router = HttpService.router(vertx);
        Health health = Health.of(vertx);
        measure(health);
        router.get("/health/live").handler(health::answerLive);
        router.get("/health/ready").handler(health::answerReady);
        // to write them all takes milliseconds, which the event loop owes to those who ask for their variants
        router.get("/metrics").blockingHandler(PrometheusScrapingHandler.create(Meters.name()));
        HttpService service = new HttpService(vertx, "management", HttpConfig.from(config()));
        http = service;
        return service.listen(router);
    }

    /** What belongs to the process and to no stage. */
    private static void measure(Health health) {
        MeterRegistry registry = Meters.registry();
        Gauge.builder("assay.ready", health, h -> h.problems().isEmpty() ? 1 : 0)
                .description("1 while /health/ready answers 200")
                .register(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
    }

    @Override
    public Future<?> stop() {
        return http == null ? Future.succeededFuture() : http.stop();
    }
}
