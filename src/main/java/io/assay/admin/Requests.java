package io.assay.admin;

import io.assay.catalog.ExperimentFilter;
import io.assay.catalog.Revision;
import io.assay.catalog.Status;
import io.assay.engine.Attributes;
import io.assay.platform.ApiError;
import io.assay.platform.HttpService;
import io.assay.protocol.Json;
import io.assay.protocol.JsonException;
import io.assay.snapshot.Access;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a request says: its body, its query, its preconditions. */
final class Requests {
    private static final int MAX_BODY_BYTES = 1024 * 1024;
    private static final int PAGE = 50;
    private static final int LONGEST_PAGE = 200;
    private static final Set<String> JSON = Set.of("application/json", "application/merge-patch+json");

    private static final Set<String> RESERVED = Set.of("user_id", "keys", "expand");
    private static final int MOST_ATTRIBUTES = 200;
    private static final char UNDECODABLE = '\ufffd';

    private Requests() {}

    /** Reads the body after it is known who asks. */
    static Handler<RoutingContext> reading() {
        return HttpService.body(MAX_BODY_BYTES, bytes -> Json.parse(bytes, Json.Limits.BODY));
    }

    /** The JSON object in the body. */
    @SuppressWarnings("unchecked") // the reader of JSON gives objects as maps by name
    static Map<String, Object> body(RoutingContext ctx) {
        requireJson(ctx.request().getHeader("Content-Type"));
        try {
            Object value = HttpService.parsed(ctx);
            if (value instanceof Map<?, ?> map) {
                return (Map<String, Object>) map;
            }
        } catch (JsonException e) {
            throw ApiError.malformed("The body is not JSON: " + e.getMessage() + ".");
        }
        throw ApiError.malformed("The body is JSON, but not an object.");
    }

    private static void requireJson(@Nullable String contentType) {
        if (contentType == null) {
            return;
        }
        String type = contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        if (!JSON.contains(type)) {
            throw ApiError.of(415, "unsupported_media_type", "The body has to be application/json.");
        }
    }

    /** The name in the path; one that the database can't even hold is not there. */
    static String name(RoutingContext ctx) {
        String name = Objects.requireNonNull(ctx.pathParam("name"));
        if (name.indexOf('\0') >= 0) {
            throw ApiError.notFound("There is no such name.");
        }
        return name;
    }

    /** Who asks, for the audit. */
    static String who(RoutingContext ctx) {
        return Access.key(ctx).id();
    }

    static Revision expected(RoutingContext ctx) {
        List<String> tags = ctx.request().headers().getAll("If-Match");
        return Revision.ifMatch(tags.isEmpty() ? null : String.join(",", tags));
    }

    static int limit(RoutingContext ctx) {
        String text = query(ctx, "limit");
        if (text == null) {
            return PAGE;
        }
        if (text.matches("[1-9][0-9]{0,2}") && Integer.parseInt(text) <= LONGEST_PAGE) {
            return Integer.parseInt(text);
        }
        throw ApiError.malformed("limit: " + text + " (expected: 1.." + LONGEST_PAGE + ")");
    }

    static @Nullable Long cursor(RoutingContext ctx) {
        return Cursor.read(query(ctx, "cursor"));
    }

    /** What a list of experiments is asked for. */
    static ExperimentFilter filter(RoutingContext ctx) {
        String status = query(ctx, "status");
        if (status != null && Status.of(status).isEmpty()) {
            throw ApiError.malformed("status: " + status + " (expected: draft, active, paused or concluded)");
        }
        return new ExperimentFilter(
                status == null ? null : Status.of(status).orElse(null),
                query(ctx, "layer"),
                query(ctx, "q"),
                cursor(ctx),
                limit(ctx));
    }

    /** Whether anything is said about the user that is asked for. */
    static boolean hasAttributes(RoutingContext ctx) {
        return ctx.queryParams().names().stream().anyMatch(name -> !name.equals("key"));
    }

    /** The attributes in the query, as {@code GET /assignments} takes them: one value is a string, several are a list. */
    static Attributes attributes(RoutingContext ctx) {
        Attributes attributes = new Attributes();
        if (ctx.queryParams().names().size() > MOST_ATTRIBUTES) {
            throw ApiError.malformed("More than " + MOST_ATTRIBUTES + " parameters.");
        }
        for (Map.Entry<String, String> parameter : ctx.queryParams()) {
            String name = parameter.getKey();
            if (RESERVED.contains(name)) {
                throw ApiError.malformed(name + ": is no attribute.");
            }
            if (name.indexOf(UNDECODABLE) >= 0 || parameter.getValue().indexOf(UNDECODABLE) >= 0) {
                throw ApiError.malformed("The query can't be decoded (expected: percent-encoded UTF-8).");
            }
            if (!name.equals("key")) {
                attributes.add(name, parameter.getValue());
            }
        }
        return attributes;
    }

    /** A parameter of the query; null if it is absent or empty. */
    private static @Nullable String query(RoutingContext ctx, String name) {
        List<String> values = ctx.queryParam(name);
        if (values.isEmpty() || values.get(0).isEmpty()) {
            return null;
        }
        if (values.size() > 1 || values.get(0).indexOf('\0') >= 0) {
            throw ApiError.malformed(name + ": expected once, without control characters");
        }
        return values.get(0);
    }

    /** Refuses parameters that the route does not know. */
    static void onlyQuery(RoutingContext ctx, String... names) {
        Set<String> known = Set.of(names);
        for (String name : ctx.queryParams().names()) {
            if (!known.contains(name)) {
                throw ApiError.malformed(name + ": unknown parameter (expected: " + String.join(", ", names) + ")");
            }
        }
    }
}
