package io.assay.platform;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process says of itself: one named check per thing that readiness depends on. Checks are cheap reads of a
 * state that somebody else keeps; none of them does I/O.
 */
public final class Health implements Shareable {
    private static final String NAME = "assay.health";
    private static final String PROBLEM = "assay.health.problem";
    private static final Logger log = LoggerFactory.getLogger(Health.class);

    private final Map<String, Supplier<String>> checks = new ConcurrentHashMap<>();
    private volatile boolean draining;

    private Health() {}

    /** The one of this Vert.x. */
    public static Health of(Vertx vertx) {
        LocalMap<String, Health> map = vertx.sharedData().getLocalMap(NAME);
        return map.computeIfAbsent(NAME, name -> new Health());
    }

    /** Adds or replaces a readiness check; it answers {@code ""} when all is well, else what is wrong. */
    public void ready(String name, Supplier<String> check) {
        checks.put(name, check);
        Gauge.builder(PROBLEM, this, health -> health.isWell(name) ? 0 : 1)
                .description("1 while this readiness check complains")
                .tag("check", name)
                .register(Meters.registry());
    }

    private boolean isWell(String name) {
        Supplier<String> check = checks.get(name);
        return check == null || check.get().isEmpty();
    }

    /** Takes it away, and what was shown of it. */
    public void remove(String name) {
        checks.remove(name);
        MeterRegistry registry = Meters.registry();
        registry.find(PROBLEM).tag("check", name).gauges().forEach(registry::remove);
    }

    /** From now on this process is not ready, so that no new request is sent to it. */
    public void drain() {
        draining = true;
    }

    boolean isDraining() {
        return draining;
    }

    /** What is wrong, by check; empty means ready. */
    public Map<String, String> problems() {
        Map<String, String> found = new TreeMap<>();
        if (draining) {
            found.put("process", "draining");
        }
        checks.forEach((name, check) -> {
            String problem = check.get();
            if (!problem.isEmpty()) {
                found.put(name, problem);
            }
        });
        return found;
    }

    /** {@code GET /health/ready}: 200 {@code {"status":"UP"}} or 503 with what is wrong. */
    public void answerReady(RoutingContext ctx) {
        Map<String, String> problems = problems();
        JsonObject body = new JsonObject().put("status", problems.isEmpty() ? "UP" : "DOWN");
        if (!problems.isEmpty()) {
            JsonObject shown = new JsonObject();
            problems.forEach(shown::put);
            body.put("problems", shown);
        }
        answer(ctx, problems.isEmpty() ? 200 : 503, body);
    }

    /** {@code GET /health/live}: 200 as long as this event loop answers. */
    public void answerLive(RoutingContext ctx) {
        answer(ctx, 200, new JsonObject().put("status", "UP"));
    }

    private static void answer(RoutingContext ctx, int status, JsonObject body) {
        Future<Void> ended = ctx.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(body.toBuffer());
        ended.onFailure(e -> log.debug("Nobody waited for this answer", e));
    }
}
