package io.assay.ingestion;

import io.assay.platform.ApiError;
import io.assay.platform.Meters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What ingestion counts; one for all of its instances. */
final class IngestionMeters implements Shareable {
    private static final String NAME = IngestionMeters.class.getName();
    private static final Duration[] BOUNDS = {
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5)
    };

    private final MeterRegistry registry = Meters.registry();
    private final Counter exposures = accepted("exposure");
    private final Counter goals = accepted("goal");
    private final Counter unpublished = Counter.builder("assay.events.unpublished")
            .description("Events that were answered with 503, because the log did not acknowledge them in time")
            .register(registry);
    private final Counter shifted = Counter.builder("assay.events.requests.shifted")
            .description("Requests whose times were moved because the client's clock is off")
            .register(registry);
    private final Counter unnamed = Counter.builder("assay.events.requests.unnamed")
            .description("Requests with events that had to be given random ids: sent again they would count again")
            .register(registry);
    private final DistributionSummary sizes = DistributionSummary.builder("assay.events.request.events")
            .description("Events of one request")
            .register(registry);
    private final Timer publishing = Timer.builder("assay.events.publishing")
            .description("From the event that is checked to the acknowledgement of all records of its request")
            .serviceLevelObjectives(BOUNDS)
            .register(registry);
    private final Map<String, Counter> rejected = new ConcurrentHashMap<>();
    private final Map<String, Counter> refused = new ConcurrentHashMap<>();
    private final Map<String, Map<VariantCheck.Outcome, Counter>> compared = new ConcurrentHashMap<>();
    private final List<KafkaEventLog> logs = new CopyOnWriteArrayList<>();
    private final List<DefinitionsCache> definitions = new CopyOnWriteArrayList<>();

    private IngestionMeters(IngestionConfig config) {
        gauge("assay.events.in.flight.bytes", "What waits for the log, by its cost", m -> m.logs.stream()
                .mapToLong(KafkaEventLog::inFlightBytes)
                .sum());
        gauge("assay.events.in.flight.limit.bytes", "What may wait for the log", m -> config.inFlightBytes());
        gauge("assay.events.log.away", "Event loops that refuse events because the log is away", m -> m.logs.stream()
                .filter(KafkaEventLog::isAway)
                .count());
        gauge("assay.events.definitions.age.seconds", "Since the definitions were read", m -> m.definitions.stream()
                .mapToDouble(DefinitionsCache::ageSeconds)
                .max()
                .orElse(Double.NaN));
    }

    /** Those of this Vert.x. */
    static IngestionMeters shared(Vertx vertx, IngestionConfig config) {
        LocalMap<String, IngestionMeters> map = vertx.sharedData().getLocalMap(NAME);
        return map.computeIfAbsent(NAME, name -> new IngestionMeters(config));
    }

    void show(DefinitionsCache cache) {
        definitions.add(cache);
    }

    void show(KafkaEventLog log) {
        logs.add(log);
    }

    void hide(@Nullable KafkaEventLog log, DefinitionsCache cache) {
        if (log != null) {
            logs.remove(log);
        }
        definitions.remove(cache);
    }

    /** A request that can be read. */
    void received(EventBatch batch, EventClock clock) {
        sizes.record(batch.items().size());
        if (clock.shiftMillis() != 0) {
            shifted.increment();
        }
    }

    /** What became of its events, before they are published. */
    void judged(Intake.Outcome outcome) {
        if (outcome.idsAssigned()) {
            unnamed.increment();
        }
        for (Intake.Rejected one : outcome.rejected()) {
            rejected.computeIfAbsent(
                            one.error().code(), code -> registry.counter("assay.events.rejected", "code", code))
                    .increment();
        }
    }

    /** A request of which nothing is taken. */
    void refused(Throwable why) {
        String code = why instanceof ApiError error ? error.status() + " " + error.code() : "500 internal";
        refused.computeIfAbsent(code, name -> Counter.builder("assay.events.requests.refused")
                        .description(
                                "Requests of which nothing was taken, by status and code; those that can't be read are not among them")
                        .tag("code", name)
                        .register(registry))
                .increment();
    }

    void compared(String sdk, VariantCheck.Outcome outcome) {
        Objects.requireNonNull(compared.computeIfAbsent(sdk, this::comparisons).get(outcome))
                .increment();
    }

    void published(int exposureCount, int goalCount, boolean safe, long nanos) {
        if (safe) {
            publishing.record(nanos, TimeUnit.NANOSECONDS);
            exposures.increment(exposureCount);
            goals.increment(goalCount);
        } else {
            unpublished.increment(exposureCount + goalCount);
        }
    }

    private Counter accepted(String type) {
        return Counter.builder("assay.events.accepted")
                .description("Events that were acknowledged")
                .tag("type", type)
                .register(registry);
    }

    private Map<VariantCheck.Outcome, Counter> comparisons(String sdk) {
        Map<VariantCheck.Outcome, Counter> counters = new EnumMap<>(VariantCheck.Outcome.class);
        for (VariantCheck.Outcome outcome : VariantCheck.Outcome.values()) {
            Counter counter = Counter.builder("assay.events.exposures.compared")
                    .description("Exposures by SDK, and whether their variant is what this node computes")
                    .tags("sdk", sdk, "outcome", outcome.label())
                    .register(registry);
            counters.put(outcome, counter);
        }
        return counters;
    }

    private void gauge(String name, String description, ToDoubleFunction<IngestionMeters> value) {
        if (registry.find(name).gauge() == null) {
            Gauge.builder(name, this, value).description(description).register(registry);
        }
    }
}
