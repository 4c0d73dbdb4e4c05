package io.assay.ingestion;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.platform.Topics;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProducersTest {
    @Test
    void noTopicIsForgottenWhenItsBrokersAreAskedAgain() {
        JsonObject config = new JsonObject().put("kafka", new JsonObject().put("bootstrap", "127.0.0.1:1"));
        Map<String, Object> settings = Producers.settings(Topics.from(config), IngestionConfig.from(config), 1 << 20);
        long now = System.currentTimeMillis();
        assertThat(now + (long) settings.get("metadata.max.idle.ms")).isGreaterThan(now);
    }
}
