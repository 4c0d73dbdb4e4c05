package io.assay.ingestion;

import io.assay.platform.ApiError;
import io.assay.platform.FieldError;
import io.assay.platform.HttpService;
import io.assay.platform.Topics;
import io.assay.protocol.Json;
import io.assay.protocol.JsonException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code POST /events}: takes what can be taken and says so when it is safe. */
final class EventsRoute {
    private static final String ARRIVED = EventsRoute.class.getName();
    private static final int MAX_BODY_BYTES = 512 * 1024;

    /** How much may wait for a fresh look at the definitions. */
    private static final long MAX_DOUBTED_BYTES = 8L << 20;

    private final DefinitionsCache definitions;
    private final EventLog log;
    private final Topics topics;
    private final Clock clock;
    private final IngestionMeters meters = new IngestionMeters();
    private long doubtedBytes;

    EventsRoute(DefinitionsCache definitions, EventLog log, Topics topics, Clock clock) {
        this.definitions = definitions;
        this.log = log;
        this.topics = topics;
        this.clock = clock;
    }

    /** Lets JSON pass, also as {@code text/plain}, which is all that a browser's sendBeacon may send to another origin. */
    static void checkContentType(RoutingContext ctx) {
        String header = ctx.request().getHeader("Content-Type");
        String type = header == null ? "" : header.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        if (!type.equals("application/json") && !type.equals("text/plain")) {
            throw ApiError.of(415, "unsupported_media_type", "Content-Type has to be application/json or text/plain.");
        }
        ctx.next();
    }

    /** Notes when a request came: its body may take, and then wait to be read, longer than clocks may differ. */
    void arrive(RoutingContext ctx) {
        ctx.put(ARRIVED, clock.millis());
        ctx.next();
    }

    /** Reads a batch. */
    static Handler<RoutingContext> reading() {
        return HttpService.body(MAX_BODY_BYTES, EventsRoute::parse);
    }

    void handle(RoutingContext ctx) {
        EventBatch batch = (EventBatch) Objects.requireNonNull(HttpService.parsed(ctx));
        String key = idempotencyKey(ctx);
        int length = HttpService.bytes(ctx).length;
        EventClock arrived = EventClock.of(Objects.requireNonNull(ctx.<Long>get(ARRIVED)), batch);
        Intake.Request request = new Intake.Request(arrived, definitions.current(), key, length);
        outcome(batch, request)
                .compose(outcome -> publish(batch, outcome).map(done -> outcome))
                .onSuccess(outcome -> answer(ctx, outcome))
                .onFailure(ctx::fail);
    }

    private static EventBatch parse(byte[] body) {
        try {
            return EventBatch.read(Json.parse(body, Json.Limits.BODY));
        } catch (JsonException e) {
            throw ApiError.malformed("The body can't be read: " + e.getMessage());
        }
    }

    private static @Nullable String idempotencyKey(RoutingContext ctx) {
        String key = ctx.request().getHeader("Idempotency-Key");
        if (key != null && !EventIds.isValid(key)) {
            throw ApiError.malformed("Idempotency-Key is invalid (expected: 1 to 128 printable ASCII characters).");
        }
        return key;
    }

    /** Exposures are refused because of the definitions only after a look at them that began after the request came. */
    private Future<Intake.Outcome> outcome(EventBatch batch, Intake.Request request) {
        Intake.Outcome first = Intake.of(batch, request);
        if (!first.definitionsDoubted()) {
            return Future.succeededFuture(first);
        }
        if (doubtedBytes + request.bodyBytes() > MAX_DOUBTED_BYTES) {
            return Future.failedFuture(ApiError.unavailable("Too many exposures wait for the definitions.", 2));
        }
        doubtedBytes += request.bodyBytes();
        return definitions
                .look()
                .recover(e -> Future.failedFuture(ApiError.unavailable("The definitions can't be read.", 2)))
                .map(seen -> Intake.of(
                        batch,
                        new Intake.Request(request.clock(), seen, request.idempotencyKey(), request.bodyBytes())))
                .andThen(done -> doubtedBytes -= request.bodyBytes());
    }

    private Future<Void> publish(EventBatch batch, Intake.Outcome outcome) {
        meters.rejected(outcome.rejected());
        if (outcome.received() == 0) {
            return Future.failedFuture(noneTaken(batch, outcome));
        }
        long begun = System.nanoTime();
        return log.append(KafkaEventLog.records(topics, outcome))
                .andThen(done -> meters.published(outcome, done.succeeded(), System.nanoTime() - begun));
    }

    private static ApiError noneTaken(EventBatch batch, Intake.Outcome outcome) {
        List<FieldError> errors =
                outcome.rejected().stream().map(Intake.Rejected::error).toList();
        String detail = batch.items().size() == 1
                ? errors.get(0).message()
                : "None of the " + batch.items().size() + " events can be taken.";
        return ApiError.malformed(detail).withErrors(errors).with(Map.of("received", 0, "rejected", rejected(outcome)));
    }

    private static void answer(RoutingContext ctx, Intake.Outcome outcome) {
        JsonObject body = new JsonObject().put("received", outcome.received());
        if (!outcome.rejected().isEmpty()) {
            body.put("rejected", rejected(outcome));
        }
        if (outcome.idsAssigned()) {
            body.put("ids", "assigned");
        }
        ctx.response()
                .setStatusCode(201)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(body.toBuffer());
    }

    private static JsonArray rejected(Intake.Outcome outcome) {
        JsonArray list = new JsonArray();
        for (Intake.Rejected one : outcome.rejected()) {
            list.add(new JsonObject()
                    .put("index", one.index())
                    .put("code", one.error().code())
                    .put("message", one.error().message()));
        }
        return list;
    }
}
