package io.assay.platform;

import io.vertx.core.json.JsonObject;

/**
 * One thing that is wrong with a request body.
 *
 * @param pointer JSON pointer to the member, {@code ""} for the whole body
 * @param code short and stable, such as {@code invalid_value}
 * @param message what is there and what is expected
 */
public record FieldError(String pointer, String code, String message) {
    JsonObject toJson() {
        return new JsonObject().put("pointer", pointer).put("code", code).put("message", message);
    }
}
