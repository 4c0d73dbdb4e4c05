package io.assay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.admin.AdminVerticle;
import io.assay.assignment.AssignmentVerticle;
import io.assay.config.ConfigVerticle;
import io.assay.embedded.EmbeddedServers;
import io.assay.embedded.SharedServers;
import io.assay.testkit.Eventually;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that share no bus and no memory, and announce nothing: all they have in common is Redis or PostgreSQL. */
class WithoutPushIT {
    private static final Duration WITH_REDIS = Duration.ofSeconds(10);
    private static final Duration WITHOUT_REDIS = Duration.ofSeconds(40);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final JsonObject postgres = SharedServers.newDatabase();

    @TempDir
    Path folder;

    private Stages node(String name, JsonObject redis) {
        JsonObject config = new JsonObject()
                .put("postgres", postgres)
                .put("analytics", postgres)
                .put("redis", redis)
                .put("cluster", new JsonObject().put("announce", false))
                .put("data", folder.resolve(name).toString());
        return new Stages(Vertx.vertx(), config, folder.resolve("keys"));
    }

    private static void assertShows(Stages node, String key, boolean shown, Duration bound) throws Exception {
        Eventually.within(bound, () -> assertThat(
                        node.assignments().getJsonObject("assignments").containsKey(key))
                .isEqualTo(shown));
    }

    private static void assertChangesAndAKillArrive(Stages owners, Stages users, Duration bound) throws Exception {
        owners.awaitKeys();
        users.awaitKeys();
        owners.launch("first");
        assertShows(users, "first", true, PATIENCE);
        String id = owners.launch("dangerous");
        assertShows(users, "dangerous", true, bound);
        owners.admin("PATCH", "/experiments/" + id, "{\"status\":\"paused\"}", 200);
        assertShows(users, "dangerous", false, bound);
        owners.admin("PATCH", "/experiments/" + id, "{\"status\":\"active\"}", 200);
        assertShows(users, "dangerous", true, bound);
        owners.admin("POST", "/experiments/" + id + "/kill", "", 200);
        assertShows(users, "dangerous", false, WITH_REDIS);
        Eventually.within(
                WITH_REDIS,
                () -> assertThat(users.feed().served().emergency().killed()).containsExactly("dangerous"));
    }

    @Test
    void aNodeWithRedisAloneHasEachChangeInTenSeconds() throws Exception {
        JsonObject redis = SharedServers.with(EmbeddedServers.Kind.REDIS)
                .endpoints()
                .getJsonObject("redis")
                .put("prefix", "without-push");
        try (Stages owners = node("owners", redis);
                Stages users = node("users", redis)) {
            owners.deploy(new AdminVerticle(), new ConfigVerticle());
            users.deploy(new AssignmentVerticle());
            assertChangesAndAKillArrive(owners, users, WITH_REDIS);
        }
    }

    @Test
    void aNodeThatBuildsTheSnapshotItselfHasEachChangeWithoutRedis() throws Exception {
        try (Stages owners = node("owners", new JsonObject());
                Stages users = node("users", new JsonObject())) {
            owners.deploy(new AdminVerticle());
            users.deploy(new ConfigVerticle(), new AssignmentVerticle());
            owners.deploy(new ConfigVerticle());
            assertChangesAndAKillArrive(owners, users, WITHOUT_REDIS);
        }
    }
}
