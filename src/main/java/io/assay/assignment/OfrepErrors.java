package io.assay.assignment;

import io.assay.platform.ApiError;
import io.assay.platform.Problem;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Set;

/**
 * Failures below {@code /ofrep} as OpenFeature clients understand them: a body {@code {key, errorCode, errorDetails}}, and no
 * status but 400, 401, 403, 404, 429 and 500.
 */
final class OfrepErrors {
    private static final Set<String> CODES =
            Set.of("PARSE_ERROR", "TARGETING_KEY_MISSING", "INVALID_CONTEXT", "FLAG_NOT_FOUND");
    private static final Set<String> UNREADABLE = Set.of("malformed", "too_large", "unsupported_media_type");
    private static final Set<Integer> STATUSES = Set.of(400, 401, 403, 404, 429, 500);

    private OfrepErrors() {}

    /** The failure handler of all routes below {@code /ofrep}. */
    static void handle(RoutingContext ctx) {
        HttpServerResponse response = ctx.response();
        if (response.headWritten() || response.ended()) {
            response.reset();
            return;
        }
        ApiError error = Problem.error(ctx);
        int status = status(error.status());
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store");
        if (error.retryAfterSeconds() > 0) {
            response.putHeader("Retry-After", Integer.toString(error.retryAfterSeconds()));
        }
        if (status == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        response.end(new JsonObject()
                .put("key", OfrepRoutes.key(ctx))
                .put("errorCode", code(error))
                .put("errorDetails", error.detail())
                .toBuffer());
    }

    /** What clients would not understand as what it is nearest to: too much at once is 429, a bad request 400. */
    private static int status(int status) {
        if (STATUSES.contains(status)) {
            return status;
        }
        return status == 503 ? 429 : status < 500 ? 400 : 500;
    }

    private static String code(ApiError error) {
        String own = error.code().toUpperCase(Locale.ROOT);
        if (CODES.contains(own)) {
            return own;
        }
        return UNREADABLE.contains(error.code()) ? "PARSE_ERROR" : "GENERAL";
    }
}
