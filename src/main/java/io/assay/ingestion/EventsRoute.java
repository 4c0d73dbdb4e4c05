package io.assay.ingestion;

import io.assay.platform.ApiError;
import io.assay.platform.FieldError;
import io.assay.platform.HttpService;
import io.assay.platform.Topics;
import io.assay.platform.Trace;
import io.assay.protocol.Exposure;
import io.assay.protocol.Json;
import io.assay.protocol.JsonException;
import io.assay.snapshot.Access;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
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
    private static final int UNREAD_BYTES_PER_EVENT = 512;

    /** How much may wait for a fresh look at the definitions, as it came; once parsed it is several times that. */
    private static final long MAX_DOUBTED_BYTES = 4L << 20;

    private final DefinitionsCache definitions;
    private final EventLog log;
    private final Topics topics;
    private final Clock clock;
    private final Watching watching;
    private final Sdks sdks = new Sdks();
    private long doubtedBytes;

    /** What looks at the traffic, and may hold it up. */
    record Watching(RateLimits limits, VariantCheck variants, IngestionMeters meters) {}

    EventsRoute(DefinitionsCache definitions, EventLog log, Topics topics, Clock clock, Watching watching) {
        this.definitions = definitions;
        this.log = log;
        this.topics = topics;
        this.clock = clock;
        this.watching = watching;
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

    /** Refuses who sends more than they may, before anything is read; whatever comes then costs at least one event. */
    void checkRate(RoutingContext ctx) {
        int seconds = watching.limits.waitSeconds(Access.key(ctx).id());
        if (seconds > 0) {
            ApiError refusal = ApiError.tooManyRequests("More comes with this key than is taken.", seconds);
            watching.meters.refused(refusal);
            throw refusal;
        }
        watching.limits.charge(Access.key(ctx).id(), 1);
        ctx.next();
    }

    /** Its first event is paid for. What is no batch costs by its length, since reading it did. */
    private EventBatch paid(RoutingContext ctx) {
        String id = Access.key(ctx).id();
        try {
            EventBatch batch = (EventBatch) Objects.requireNonNull(HttpService.parsed(ctx));
            watching.limits.charge(id, batch.items().size() - 1);
            return batch;
        } catch (ApiError e) {
            watching.limits.charge(id, HttpService.bytes(ctx).length / UNREAD_BYTES_PER_EVENT);
            throw e;
        }
    }

    void handle(RoutingContext ctx) {
        EventBatch batch = paid(ctx);
        String key = idempotencyKey(ctx);
        int length = HttpService.bytes(ctx).length;
        HttpService.forgetBody(ctx);
        EventClock arrived = EventClock.of(Objects.requireNonNull(ctx.<Long>get(ARRIVED)), batch);
        watching.meters.received(batch, arrived);
        Intake.Request request =
                new Intake.Request(arrived, definitions.current(), key, length, watching.limits.surplus(batch.items()));
        Trace trace = Trace.of(ctx.request().getHeader(Trace.HEADER));
        Intake.Outcome outcome = Intake.of(batch, request);
        (outcome.definitionsDoubted() ? afterAnotherLook(batch, request, trace) : publish(batch, outcome, trace))
                .onSuccess(answer -> answer(ctx, answer))
                .onFailure(e -> {
                    watching.meters.refused(e);
                    ctx.fail(e);
                });
    }

    private static EventBatch parse(byte[] body) {
        EventBatch plain = PlainBatch.read(body);
        if (plain != null) {
            return plain;
        }
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
    private Future<Buffer> afterAnotherLook(EventBatch batch, Intake.Request request, @Nullable Trace trace) {
        if (doubtedBytes + request.bodyBytes() > MAX_DOUBTED_BYTES) {
            return Future.failedFuture(ApiError.unavailable("Too many exposures wait for the definitions.", 2));
        }
        doubtedBytes += request.bodyBytes();
        return definitions
                .look()
                .recover(e -> Future.failedFuture(ApiError.unavailable("The definitions can't be read.", 2)))
                .andThen(done -> doubtedBytes -= request.bodyBytes())
                .compose(seen -> publish(batch, Intake.of(batch, request.with(seen)), trace));
    }

    /** The answer, once all is safe. Nothing of the request but that is kept until then: there may be many that wait. */
    private Future<Buffer> publish(EventBatch batch, Intake.Outcome outcome, @Nullable Trace trace) {
        watching.meters.judged(outcome);
        if (outcome.received() == 0) {
            return Future.failedFuture(noneTaken(batch, outcome));
        }
        int exposures = outcome.exposures().size();
        int goals = outcome.goals().size();
        compare(batch, outcome);
        Buffer answer = answer(outcome);
        long begun = System.nanoTime();
        return log.append(EventRecords.of(topics, outcome, trace)).map(answer).andThen(done -> {
            long nanos = System.nanoTime() - begun;
            watching.meters.published(exposures, goals, done.succeeded(), nanos);
        });
    }

    private void compare(EventBatch batch, Intake.Outcome outcome) {
        for (Exposure exposure : outcome.exposures()) {
            VariantCheck.Outcome compared = watching.variants.compare(exposure);
            if (compared != null) {
                watching.meters.compared(sdks.label(batch.sdk()), compared);
            }
        }
    }

    /** Bad events are a bad request; if it is only that there are too many of a user, they may come again. */
    private ApiError noneTaken(EventBatch batch, Intake.Outcome outcome) {
        List<FieldError> errors =
                outcome.rejected().stream().map(Intake.Rejected::error).toList();
        String detail = batch.items().size() == 1
                ? errors.get(0).message()
                : "None of the " + batch.items().size() + " events can be taken.";
        if (errors.stream().allMatch(error -> error.code().equals("throttled"))) {
            return ApiError.tooManyRequests(detail, watching.limits.userWaitSeconds())
                    .withErrors(errors);
        }
        return ApiError.malformed(detail).withErrors(errors).with(Map.of("received", 0, "rejected", rejected(outcome)));
    }

    private static Buffer answer(Intake.Outcome outcome) {
        JsonObject body = new JsonObject().put("received", outcome.received());
        if (!outcome.rejected().isEmpty()) {
            body.put("rejected", rejected(outcome));
        }
        if (outcome.idsAssigned()) {
            body.put("ids", "assigned");
        }
        return body.toBuffer();
    }

    private static void answer(RoutingContext ctx, Buffer body) {
        ctx.response()
                .setStatusCode(201)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(body);
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
