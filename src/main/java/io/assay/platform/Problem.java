package io.assay.platform;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers in {@code application/problem+json} (RFC 9457). */
public final class Problem {
    private static final Logger log = LoggerFactory.getLogger(Problem.class);

    private Problem() {}

    /** The JSON object of a refusal: type, code, title, status, detail and, where there are any, errors. */
    public static JsonObject toJson(ApiError error) {
        JsonObject body = new JsonObject()
                .put("type", "urn:assay:" + error.code())
                .put("code", error.code())
                .put("title", title(error.status()))
                .put("status", error.status())
                .put("detail", error.detail());
        error.members().forEach(body::put);
        if (!error.errors().isEmpty()) {
            JsonArray errors = new JsonArray();
            error.errors().forEach(e -> errors.add(e.toJson()));
            body.put("errors", errors);
        }
        return body;
    }

    /** Ends the response with the refusal, unless it was already begun. */
    public static void send(HttpServerResponse response, ApiError error) {
        if (response.headWritten() || response.ended()) {
            response.reset();
            return;
        }
        response.setStatusCode(error.status())
                .putHeader("Content-Type", "application/problem+json")
                .putHeader("Cache-Control", "no-store");
        if (error.retryAfterSeconds() > 0) {
            response.putHeader("Retry-After", Integer.toString(error.retryAfterSeconds()));
        }
        if (error.status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        response.end(toJson(error).toBuffer());
    }

    /** Answers a request whose handler threw: its refusal, or else a 500 that is logged. */
    public static void send(HttpServerRequest request, RuntimeException failure) {
        if (failure instanceof ApiError error) {
            send(request.response(), error);
        } else {
            log.error("{} failed", request.method(), failure);
            send(request.response(), ofStatus(500));
        }
    }

    /**
     * The one failure handler of every router: turns whatever failed into problem+json, never a stack trace.
     *
     * @param otherwise the status of a failure that names none
     */
    static void handle(RoutingContext ctx, int otherwise) {
        send(ctx.response(), toError(ctx, otherwise));
    }

    /** Answers what is no HTTP request, or one beyond the limits of its head, and ends the connection. */
    static void unreadable(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        int status = cause instanceof TooLongHttpLineException
                ? 414
                : cause instanceof TooLongHttpHeaderException ? 431 : 400;
        request.response().putHeader("Connection", "close");
        send(request.response(), ofStatus(status));
        var unused = request.connection().close();
    }

    /** Whether it is only that the client did not wait for its answer, which is nothing to log. */
    private static boolean isGone(HttpServerResponse response, Throwable failure) {
        return response.closed() || (response.headWritten() && failure instanceof IOException);
    }

    /** The refusal that a failed request comes to, for those who answer it in another form; what is our fault is logged. */
    public static ApiError error(RoutingContext ctx) {
        return toError(ctx, 500);
    }

    private static ApiError toError(RoutingContext ctx, int otherwise) {
        Throwable failure = ctx.failure();
        if (failure instanceof ApiError error) {
            return error;
        }
        int named = failure instanceof HttpException http ? http.getStatusCode() : ctx.statusCode();
        int status = named < 400 ? otherwise : named;
        if (failure != null && status >= 500 && !isGone(ctx.response(), failure)) {
            log.error("{} failed", RoutedRequest.templateOf(ctx), failure);
        }
        return ofStatus(status);
    }

    static ApiError ofStatus(int status) {
        return switch (status) {
            case 400 -> ApiError.malformed("The request can't be read.");
            case 401 -> ApiError.of(401, "unauthorized", "A key is needed: Authorization: Bearer <key>.");
            case 403 -> ApiError.of(403, "forbidden", "This key may not do that.");
            case 404 -> ApiError.notFound("There is nothing at this address.");
            case 405 -> ApiError.of(405, "method_not_allowed", "This address does not take this method.");
            case 406 -> ApiError.of(406, "not_acceptable", "None of the accepted media types can be had.");
            case 408 -> ApiError.of(408, "request_timeout", "The request did not come to its end in time.");
            case 413 -> ApiError.of(413, "too_large", "The body is larger than this address takes.");
            case 414 -> ApiError.of(414, "uri_too_long", "The address is too long.");
            case 415 -> ApiError.of(415, "unsupported_media_type", "This media type is not taken here.");
            case 431 -> ApiError.of(431, "headers_too_large", "The headers are too large.");
            default ->
                status >= 400 && status < 500
                        ? ApiError.of(status, "refused", "The request is refused.")
                        : ApiError.of(500, "internal", "Something went wrong here; it is logged.");
        };
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 406 -> "Not Acceptable";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 412 -> "Precondition Failed";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 422 -> "Unprocessable Content";
            case 428 -> "Precondition Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 503 -> "Service Unavailable";
            default -> status < 500 ? "Refused" : "Internal Server Error";
        };
    }
}
