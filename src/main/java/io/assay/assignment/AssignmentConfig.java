package io.assay.assignment;

import io.assay.platform.HttpConfig;
import io.assay.platform.Settings;
import io.vertx.core.json.JsonObject;

/**
 * The knobs of the assignment verticle.
 *
 * @param maxBodyBytes the largest body of {@code POST /assignments}
 */
record AssignmentConfig(HttpConfig http, int maxBodyBytes) {
    private static final int MAX_BODY_BYTES = 64 * 1024;

    static AssignmentConfig from(JsonObject config) {
        Settings own = Settings.of(config).section("assignment").only("maxBodyBytes");
        return new AssignmentConfig(
                HttpConfig.from(config), own.integer("maxBodyBytes", 1024, 1024 * 1024, MAX_BODY_BYTES));
    }
}
