package io.assay.admin;

import io.assay.platform.HttpConfig;
import io.assay.platform.Settings;
import io.assay.platform.Topics;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the admin stage needs to know.
 *
 * @param topics where erasures of users go
 * @param keysDir where the first keys are written; null: none are made
 */
record AdminConfig(HttpConfig http, Topics topics, @Nullable Path keysDir) {
    static AdminConfig from(JsonObject config) {
        String keysDir = Settings.of(config).stringOrNull("keysDir");
        return new AdminConfig(HttpConfig.from(config), Topics.from(config), keysDir == null ? null : Path.of(keysDir));
    }
}
