package io.assay.platform;

import java.util.List;
import java.util.Map;

/** A refusal that becomes a problem+json answer: thrown by handlers or given to {@code RoutingContext.fail}. */
public final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final transient List<FieldError> errors;
    private final transient Map<String, Object> members;
    private final int retryAfterSeconds;

    private ApiError(int status, String code, String detail, Extras extras) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
        this.errors = extras.errors;
        this.members = extras.members;
        this.retryAfterSeconds = extras.retryAfterSeconds;
    }

    private record Extras(List<FieldError> errors, Map<String, Object> members, int retryAfterSeconds) {
        static final Extras NONE = new Extras(List.of(), Map.of(), 0);
    }

    /** A refusal with a stable code ({@code would_reassign}) and a sentence for people. */
    public static ApiError of(int status, String code, String detail) {
        return new ApiError(status, code, detail, Extras.NONE);
    }

    /** The body as a whole can't be read: 400. */
    public static ApiError malformed(String detail) {
        return of(400, "malformed", detail);
    }

    public static ApiError notFound(String detail) {
        return of(404, "not_found", detail);
    }

    public static ApiError conflict(String code, String detail) {
        return of(409, code, detail);
    }

    /** Well-formed and wrong (422), with everything that was found. */
    public static ApiError invalid(List<FieldError> errors) {
        return of(422, "invalid", errors.size() == 1 ? errors.get(0).message() : errors.size() + " errors")
                .withErrors(errors);
    }

    /** A neighbour is away: 503, try again in that many seconds. */
    public static ApiError unavailable(String detail, int retryAfterSeconds) {
        return new ApiError(503, "unavailable", detail, new Extras(List.of(), Map.of(), retryAfterSeconds));
    }

    public static ApiError tooManyRequests(String detail, int retryAfterSeconds) {
        return new ApiError(429, "too_many_requests", detail, new Extras(List.of(), Map.of(), retryAfterSeconds));
    }

    /** The same refusal with the list of what is wrong. */
    public ApiError withErrors(List<FieldError> found) {
        return new ApiError(status, code, detail(), new Extras(List.copyOf(found), members, retryAfterSeconds));
    }

    /** The same refusal with further members in its JSON object, such as the free slots. */
    public ApiError with(Map<String, Object> more) {
        return new ApiError(status, code, detail(), new Extras(errors, Map.copyOf(more), retryAfterSeconds));
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }

    public List<FieldError> errors() {
        return errors;
    }

    public Map<String, Object> members() {
        return members;
    }

    /** Seconds for the header {@code Retry-After}, 0 for none. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
