package io.assay.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class SettingsTest {
    @Test
    void aRefusalShowsNoPassword() {
        Settings settings = Settings.of(new JsonObject()
                .put("password", 8812)
                .put("uri", "redis://user:8812@here:1/0")
                .put("port", "80"));
        assertThat(settings.refused("password", "a non-empty string")).hasMessageNotContaining("8812");
        assertThat(settings.refused("uri", "an address"))
                .hasMessageNotContaining("8812")
                .hasMessageContaining("here:1/0");
        assertThat(settings.refused("port", "integer")).hasMessage("port: \"80\" (expected: integer)");
    }
}
