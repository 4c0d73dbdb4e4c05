package io.assay.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.embedded.SharedServers;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArmChangesIT {
    private final JsonObject database = SharedServers.newDatabase();
    private final Vertx vertx = Vertx.vertx();
    private final Catalog catalog = Catalog.create(vertx, new JsonObject().put("postgres", database));

    @AfterEach
    void close() {
        catalog.close().await();
        vertx.close().await();
    }

    private StoredExperiment draft(Map<String, String> overrides) {
        return catalog.experiments()
                .create(Map.of("key", "arms", "variants", arms(List.of()), "overrides", overrides), "test")
                .await();
    }

    private static List<Map<String, Object>> arms(List<String> dropped) {
        return List.of(arm("control", 50, dropped), arm("a", 25, dropped), arm("b", 25, dropped));
    }

    private static Map<String, Object> arm(String key, int allocation, List<String> dropped) {
        return Map.of("key", key, "allocation", BigDecimal.valueOf(allocation), "dropped", dropped.contains(key));
    }

    private void patch(String id, Map<String, ?> body) {
        catalog.experiments().patch(id, body, Revision.ANY, "test").await();
    }

    private void drop(String id, String... dropped) {
        patch(id, Map.of("variants", arms(Arrays.asList(dropped))));
    }

    @Test
    void dropsKeepTheirTimesAndOverridesTheirUsers() {
        catalog.migrate().await();
        String id = draft(Map.of("tried the draft", "a")).id();
        patch(id, Map.of("overrides", Collections.singletonMap("tried the draft", null)));
        assertThat(catalog.armChanges(id).await()).isEqualTo(ArmChanges.NONE);
        patch(id, Map.of("status", "active", "overrides", Map.of("qa", "b")));
        Instant launched = Instant.now().minusSeconds(60);
        drop(id, "a");
        ArmChanges first = catalog.armChanges(id).await();
        drop(id, "a", "b");
        patch(id, Map.of("overrides", Collections.singletonMap("qa", null)));
        ArmChanges second = catalog.armChanges(id).await();

        assertThat(first.dropped()).containsOnlyKeys("a");
        assertThat(first.dropped().get("a")).isAfter(launched);
        assertThat(second.dropped()).containsOnlyKeys("a", "b").containsAllEntriesOf(first.dropped());
        assertThat(second.overridden()).containsExactly("qa");
    }

    @Test
    void whatWasDroppedBeforeThisWasNotedIsFoundInTheAudit() throws Exception {
        catalog.migrate().await();
        String id = draft(Map.of()).id();
        patch(id, Map.of("status", "active", "overrides", Map.of("qa", "b")));
        drop(id, "a");
        ArmChanges noted = catalog.armChanges(id).await();
        sql("drop table catalog.dropped_variant, catalog.overridden_user");
        sql("delete from catalog.flyway_schema_history where script = 'V3__arms.sql'");
        catalog.migrate().await();
        ArmChanges found = catalog.armChanges(id).await();

        assertThat(found.overridden()).isEqualTo(noted.overridden());
        assertThat(found.dropped()).containsOnlyKeys("a");
        assertThat(found.dropped().get("a"))
                .isBetween(
                        noted.dropped().get("a").minusSeconds(5),
                        noted.dropped().get("a"));
    }

    private void sql(String statement) throws Exception {
        try (Connection connection = SharedServers.connect(database)) {
            connection.createStatement().execute(statement);
        }
    }
}
