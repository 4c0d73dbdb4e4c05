package io.assay.assignment;

import io.assay.engine.UserId;
import io.assay.platform.ApiError;
import io.assay.platform.FieldError;
import io.assay.protocol.Json;
import io.assay.protocol.JsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a question from a body {@code {user_id, attributes, keys, expand}}, and finds everything that is wrong with it. */
final class BodyReader {
    private final Question into;
    private final List<FieldError> errors = new ArrayList<>();
    private boolean hasUser;

    private BodyReader(Question into) {
        this.into = into;
    }

    /** The JSON in a body; throws an {@link ApiError} (400) for a body that is none. */
    static @Nullable Object parse(byte[] body) {
        try {
            return Json.parse(body, Json.Limits.BODY);
        } catch (JsonException e) {
            throw ApiError.malformed("The body is not JSON: " + e.getMessage() + ".");
        }
    }

    /** Fills the question from what {@link #parse} gave; throws an {@link ApiError} (400) for what is none. */
    static void read(@Nullable Object json, Question into) {
        into.clear();
        if (!(json instanceof Map<?, ?> members)) {
            throw ApiError.malformed("The body is no JSON object.");
        }
        new BodyReader(into).read(members);
    }

    private void read(Map<?, ?> members) {
        members.forEach((name, value) -> member((String) name, value));
        if (!hasUser) {
            refuse("/user_id", "missing", "user_id is missing (expected: " + UserId.EXPECTED + ")");
        }
        if (!errors.isEmpty()) {
            throw ApiError.malformed("The body is not as expected.").withErrors(errors);
        }
    }

    private void member(String name, @Nullable Object value) {
        switch (name) {
            case "user_id" -> userId(value);
            case "attributes" -> attributes(value);
            case "keys" -> keys(value);
            case "expand" -> expand(value);
            default -> refuse("/" + name.replace("~", "~0").replace("/", "~1"), "unknown", "there is no such member");
        }
    }

    private void userId(@Nullable Object value) {
        hasUser = true;
        if (value instanceof String text && UserId.isValid(text)) {
            into.userId = text;
        } else {
            refuse("/user_id", "invalid_user_id", "not a user id (expected: " + UserId.EXPECTED + ")");
        }
    }

    private void attributes(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            refuse("/attributes", "invalid_value", "expected: an object");
            return;
        }
        map.forEach((name, attribute) -> {
            String problem = problem(attribute);
            if (problem == null) {
                into.attributes.put((String) name, attribute);
            } else {
                refuse("/attributes", problem.startsWith("a list") ? "too_long" : "invalid_value", problem);
            }
        });
    }

    /** What is wrong with the value of an attribute, or null. */
    static @Nullable String problem(@Nullable Object attribute) {
        if (attribute instanceof List<?> list && list.size() > Question.MAX_NAMES) {
            return "a list is longer than " + Question.MAX_NAMES + " elements";
        }
        return isReadable(attribute) ? null : "a number is beyond what a double holds";
    }

    private static boolean isReadable(@Nullable Object attribute) {
        if (attribute instanceof List<?> list) {
            return list.stream().allMatch(BodyReader::isReadable);
        }
        return !(attribute instanceof Number number) || Double.isFinite(number.doubleValue());
    }

    private void keys(@Nullable Object value) {
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            list.forEach(key -> into.keys.add((String) key));
        } else {
            refuse("/keys", "invalid_value", "expected: a list of strings");
        }
    }

    private void expand(@Nullable Object value) {
        if ("config".equals(value)) {
            into.withConfigs = true;
        } else {
            refuse("/expand", "invalid_value", "expected: config");
        }
    }

    private void refuse(String pointer, String code, String message) {
        errors.add(new FieldError(pointer, code, message));
    }
}
