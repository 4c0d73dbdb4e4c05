package io.assay.assignment;

import io.assay.platform.ApiError;
import io.assay.platform.HttpService;
import io.assay.platform.Meters;
import io.assay.platform.Problem;
import io.assay.snapshot.Access;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of {@code /assignments}, and those below {@code /ofrep}; one per event loop. A plain GET is answered before any router sees it. */
final class AssignmentRoutes {
    private static final Logger log = LoggerFactory.getLogger(AssignmentRoutes.class);
    private static final String PATH = "/assignments";

    /** The template of what is answered before any router sees it. */
    static final String FAST = "GET " + PATH;

    private final SnapshotFeed feed;
    private final Current current;
    private final Access access;
    private final Question question = new Question();
    private final AnswerWriter writer = new AnswerWriter();
    private final Answers answers = new Answers();
    private final Counter failed = Counter.builder("assay.assignments.failed")
            .description("Users who got control because their evaluation failed")
            .register(Meters.registry());

    AssignmentRoutes(SnapshotFeed feed, Current current) {
        this.feed = feed;
        this.current = current;
        access = Access.require(feed, Scope.SERVER, Scope.ADMIN);
    }

    Handler<HttpServerRequest> handler(Vertx vertx, AssignmentConfig config) {
        Router router = HttpService.router(vertx);
        router.get(PATH).handler(ctx -> get(ctx.request()));
        router.post(PATH).handler(this::admit);
        router.post(PATH)
                .consumes("application/json")
                .handler(HttpService.body(config.maxBodyBytes(), BodyReader::parse))
                .handler(this::post);
        new OfrepRoutes(feed, current, answers).mount(router, config.maxBodyBytes());
        return request -> {
            if (HttpMethod.GET.equals(request.method()) && isAsked(request.uri())) {
                get(request);
            } else {
                router.handle(request);
            }
        };
    }

    /** Gives back the memory of its answers. */
    void close() {
        answers.close();
    }

    private static boolean isAsked(String uri) {
        return uri.startsWith(PATH) && (uri.length() == PATH.length() || uri.charAt(PATH.length()) == '?');
    }

    private void get(HttpServerRequest request) {
        try {
            Compiled compiled = compiledFor(request);
            QueryReader.read(request.uri(), question);
            answer(request, compiled);
        } catch (ApiError e) {
            Problem.send(request.response(), e);
        } catch (RuntimeException e) {
            control(request, e);
        }
    }

    /** Bodies are small here, so nothing unpacks them: the unpacker would cost every request. */
    private void admit(RoutingContext ctx) {
        if (ctx.request().headers().contains(HttpHeaders.CONTENT_ENCODING)) {
            throw ApiError.of(415, "unsupported_media_type", "A body is not taken in a content coding here.");
        }
        ctx.put(PATH, compiledFor(ctx.request()));
        ctx.next();
    }

    private void post(RoutingContext ctx) {
        try {
            question.clear();
            BodyReader.read(HttpService.parsed(ctx), question);
            answer(ctx.request(), Objects.requireNonNull(ctx.<Compiled>get(PATH)));
        } catch (ApiError e) {
            throw e;
        } catch (RuntimeException e) {
            control(ctx.request(), e);
        }
    }

    /** What this request is answered from. A node that never had keys can't refuse one: it answers as it would without a snapshot. */
    private Compiled compiledFor(HttpServerRequest request) {
        if (!feed.keys().hasKeys() && isKeyed(request)) {
            return Compiled.NOTHING;
        }
        access.check(request);
        return current.get();
    }

    static boolean isKeyed(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.AUTHORIZATION)
                || request.headers().contains("X-API-Key");
    }

    private void answer(HttpServerRequest request, Compiled compiled) {
        writer.evaluate(compiled, question);
        answers.send(request, writer);
    }

    /** Whatever fails inside: control for everything, never an error. */
    private void control(HttpServerRequest request, RuntimeException failure) {
        failed.increment();
        log.error("A user could not be evaluated", failure);
        writer.evaluate(Compiled.NOTHING, question);
        answers.send(request, writer);
    }
}
