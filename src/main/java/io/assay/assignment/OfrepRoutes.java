package io.assay.assignment;

import io.assay.engine.Assigner;
import io.assay.platform.ApiError;
import io.assay.platform.Cors;
import io.assay.platform.HttpService;
import io.assay.snapshot.Access;
import io.assay.snapshot.Scope;
import io.assay.snapshot.SnapshotFeed;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The OpenFeature Remote Evaluation Protocol 0.3.0: experiments as flags, for OpenFeature clients as they are. One per event
 * loop. Nothing here is an exposure.
 */
final class OfrepRoutes {
    private static final String BULK = "/ofrep/v1/evaluate/flags";
    private static final String ADMITTED = OfrepRoutes.class.getName();

    private final SnapshotFeed feed;
    private final Current current;
    private final Question question = new Question();
    private final OfrepWriter writer = new OfrepWriter();
    private final Answers answers;

    OfrepRoutes(SnapshotFeed feed, Current current, Answers answers) {
        this.feed = feed;
        this.current = current;
        this.answers = answers;
    }

    /**
     * What a request may see.
     *
     * @param scope of its key; empty if this node never had keys
     */
    private record Admitted(Compiled compiled, String scope) {
        boolean isClient() {
            return scope.equals(Scope.CLIENT.text());
        }

        Assigner assigner() {
            return isClient() ? compiled.forClients() : compiled.assigner();
        }
    }

    void mount(Router router, int maxBodyBytes) {
        router.route("/ofrep/*").order(-1).failureHandler(OfrepErrors::handle);
        Access forBulk = Access.require(feed, Scope.SERVER, Scope.CLIENT);
        Access forOne = Access.require(feed, Scope.SERVER);
        router.route(BULK).handler(Cors.clientRoute());
        router.post(BULK)
                .handler(ctx -> admit(ctx, forBulk))
                .handler(HttpService.body(maxBodyBytes))
                .handler(this::all);
        router.post(BULK + "/:key")
                .handler(ctx -> admit(ctx, forOne))
                .handler(HttpService.body(maxBodyBytes))
                .handler(this::one);
        router.route("/ofrep/*").handler(OfrepRoutes::nothing);
    }

    /** The key of the flag that is asked for; empty if it is all. */
    static String key(RoutingContext ctx) {
        String decoded = ctx.pathParam("key");
        if (decoded != null) {
            return decoded;
        }
        String path = ctx.normalizedPath();
        return path.startsWith(BULK + "/") ? path.substring(BULK.length() + 1) : "";
    }

    private static void nothing(RoutingContext ctx) {
        String path = ctx.normalizedPath();
        if (path.startsWith(BULK) && !ctx.request().method().name().equals("POST")) {
            ctx.response().putHeader(HttpHeaders.ALLOW, "POST");
            throw ApiError.of(400, "method_not_allowed", "Flags are asked for by POST.");
        }
        throw unknown(ctx);
    }

    private static ApiError unknown(RoutingContext ctx) {
        return ApiError.of(404, "flag_not_found", "No experiment that runs has the key " + key(ctx) + ".");
    }

    /** A node that never had keys can't refuse one: it answers as it would without a snapshot. */
    private void admit(RoutingContext ctx, Access access) {
        HttpServerRequest request = ctx.request();
        boolean isBulk = ctx.pathParam("key") == null;
        if (!feed.keys().hasKeys()
                && (AssignmentRoutes.isKeyed(request) || (isBulk && request.getParam("key") != null))) {
            ctx.put(ADMITTED, new Admitted(Compiled.NOTHING, ""));
        } else {
            String scope = access.check(request).scope() == Scope.CLIENT ? Scope.CLIENT.text() : Scope.SERVER.text();
            ctx.put(ADMITTED, new Admitted(current.get(), scope));
        }
        ctx.next();
    }

    private void one(RoutingContext ctx) {
        Admitted admitted = admitted(ctx);
        ContextReader.read(HttpService.bytes(ctx), question);
        Fragments fragments = admitted.compiled().fragments();
        int place = fragments.place(ctx.pathParam("key"));
        if (place < 0 || admitted.assigner().isKilled(place)) {
            throw unknown(ctx);
        }
        int length = writer.one(fragments.flags(), admitted.assigner(), question, place);
        answers.send(ctx.request(), writer.bytes(), length);
    }

    private void all(RoutingContext ctx) {
        Admitted admitted = admitted(ctx);
        if (ctx.normalizedPath().endsWith("/")) {
            throw unknown(ctx);
        }
        Map<?, ?> context = ContextReader.read(HttpService.bytes(ctx), question);
        BulkTag tag = new BulkTag(admitted.compiled(), admitted.scope(), context);
        List<String> known = ctx.request().headers().getAll(HttpHeaders.IF_NONE_MATCH);
        if (admitted.compiled().degraded() ? tag.asksForTheSameAsOneOf(known) : tag.isAmong(known)) {
            notModified(ctx, admitted, tag);
            return;
        }
        int length = writer.all(admitted.compiled(), admitted.assigner(), question);
        if (!admitted.compiled().degraded()) {
            ctx.response().putHeader(HttpHeaders.ETAG, tag.toString());
        }
        answers.send(ctx.request(), writer.bytes(), length);
    }

    private static void notModified(RoutingContext ctx, Admitted admitted, BulkTag tag) {
        if (!admitted.compiled().degraded()) {
            ctx.response().putHeader(HttpHeaders.ETAG, tag.toString());
        }
        var unused = ctx.response().setStatusCode(304).end();
    }

    private static Admitted admitted(RoutingContext ctx) {
        return Objects.requireNonNull(ctx.<Admitted>get(ADMITTED));
    }
}
