package io.assay.assignment;

import io.assay.engine.UserId;
import io.assay.platform.ApiError;
import io.assay.protocol.Json;
import io.assay.protocol.JsonException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a question from a body {@code {context: {targetingKey, …attributes}}}. Other members of the body are left for what later
 * clients may say in them.
 */
final class ContextReader {
    private static final String TARGETING_KEY = "targetingKey";

    private ContextReader() {}

    /**
     * Fills the question.
     *
     * @return the context
     * @throws ApiError 400 with {@code parse_error}, {@code targeting_key_missing} or {@code invalid_context}
     */
    static Map<?, ?> read(byte[] body, Question into) {
        into.clear();
        Object context = parse(body).get("context");
        if (context == null) {
            throw missing();
        }
        if (!(context instanceof Map<?, ?> members)) {
            throw invalid("context is no object");
        }
        into.userId = userId(members.get(TARGETING_KEY));
        members.forEach((name, value) -> {
            if (!name.equals(TARGETING_KEY)) {
                String problem = BodyReader.problem(value);
                if (problem != null) {
                    throw invalid(problem);
                }
                into.attributes.put((String) name, value);
            }
        });
        return members;
    }

    private static Map<?, ?> parse(byte[] body) {
        try {
            if (Json.parse(body, Json.Limits.BODY) instanceof Map<?, ?> members) {
                return members;
            }
        } catch (JsonException e) {
            throw ApiError.of(400, "parse_error", "The body is not JSON: " + e.getMessage() + ".");
        }
        throw ApiError.of(400, "parse_error", "The body is no JSON object.");
    }

    private static String userId(@Nullable Object targetingKey) {
        if (targetingKey == null || targetingKey.equals("")) {
            throw missing();
        }
        if (targetingKey instanceof String text && UserId.isValid(text)) {
            return text;
        }
        throw invalid("targetingKey is no user id (expected: " + UserId.EXPECTED + ")");
    }

    private static ApiError missing() {
        return ApiError.of(
                400, "targeting_key_missing", "context.targetingKey is missing (expected: " + UserId.EXPECTED + ").");
    }

    private static ApiError invalid(String problem) {
        return ApiError.of(400, "invalid_context", "The context can't be used: " + problem + ".");
    }
}
