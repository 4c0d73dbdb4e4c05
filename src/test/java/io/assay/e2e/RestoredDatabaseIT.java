package io.assay.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.admin.AdminVerticle;
import io.assay.assignment.AssignmentVerticle;
import io.assay.config.ConfigVerticle;
import io.assay.embedded.EmbeddedServers;
import io.assay.embedded.SharedServers;
import io.assay.platform.Meters;
import io.assay.testkit.Eventually;
import io.assay.testkit.TestCluster;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL comes back from a backup that is older than what the nodes serve. */
class RestoredDatabaseIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final JsonObject POSTGRES = SharedServers.newDatabase();

    @TempDir
    Path folder;

    private JsonObject config(String node) {
        String redis = SharedServers.with(EmbeddedServers.Kind.REDIS)
                .endpoints()
                .getJsonObject("redis")
                .getString("uri");
        return new JsonObject()
                .put("postgres", POSTGRES)
                .put("analytics", POSTGRES)
                .put("redis", new JsonObject().put("uri", redis).put("prefix", "restored"))
                .put("data", folder.resolve(node).toString());
    }

    private static void sql(String... statements) throws Exception {
        try (Connection connection = SharedServers.connect(POSTGRES)) {
            connection.setAutoCommit(false);
            connection.createStatement().execute("set search_path = catalog");
            for (String statement : statements) {
                connection.createStatement().execute(statement);
            }
            connection.commit();
        }
    }

    /** As if the changes since were never made: the experiment of that key launched, one killed, a key revoked. */
    private static void restore(String key, String revoked) throws Exception {
        String ids = "(select id from experiment where key = '" + key + "')";
        sql(
                "delete from variant where experiment_id in " + ids,
                "delete from slot_range where experiment_id in " + ids,
                "delete from measured_metric where experiment_id in " + ids,
                "delete from experiment where key = '" + key + "'",
                "update experiment set killed_at = null",
                "update api_key set revoked_at = null where id = '" + revoked + "'",
                "update version set config = config - 2, emergency = emergency - 1, keys = keys - 1");
    }

    private static double behind(String kind) {
        return Meters.registry()
                .find("assay.snapshot.behind")
                .tag("kind", kind)
                .tag("source", "database")
                .gauges()
                .stream()
                .mapToDouble(gauge -> gauge.value())
                .sum();
    }

    @Test
    void nodesKeepWhatTheyServeAndTheNextChangesGoAboveAll() throws Exception {
        // a registry keeps the first gauge of a name: here that of another test's node
        Meters.registry().find("assay.snapshot.behind").meters().forEach(Meters.registry()::remove);
        List<Vertx> cluster = TestCluster.start(2);
        Path keys = folder.resolve("keys");
        try (Stages owners = new Stages(cluster.get(0), config("owners"), keys);
                Stages users = new Stages(cluster.get(1), config("users"), keys)) {
            owners.deploy(new AdminVerticle(), new ConfigVerticle(), new AssignmentVerticle());
            users.deploy(new AssignmentVerticle());
            owners.awaitKeys();
            users.awaitKeys();
            String kept = owners.launch("kept");
            JsonObject extra = owners.admin("POST", "/keys", "{\"name\":\"x\",\"scope\":\"server\"}", 201);
            // the backup is of now
            String dead = owners.launch("launched_since");
            owners.admin("POST", "/experiments/" + kept + "/kill", "", 200);
            owners.admin("DELETE", "/keys/" + extra.getString("id"), "", 204);
            for (Stages node : List.of(owners, users)) {
                Eventually.within(PATIENCE, () -> {
                    assertThat(node.assignments().getJsonObject("assignments").fieldNames())
                            .containsExactly("launched_since");
                    assertThat(status(node, extra)).isEqualTo(401);
                });
            }
            long version = owners.version();
            restore("launched_since", extra.getString("id"));
            Eventually.within(PATIENCE, () -> {
                for (String kind : List.of("config", "emergency", "keys")) {
                    assertThat(behind(kind)).as(kind).isPositive();
                }
            });
            for (Stages node : List.of(owners, users)) {
                assertThat(node.version()).isEqualTo(version);
                assertThat(node.assignments().getJsonObject("assignments").fieldNames())
                        .containsExactly("launched_since");
                assertThat(status(node, extra)).isEqualTo(401);
            }

            owners.launch("launched_after");
            for (Stages node : List.of(owners, users)) {
                Eventually.within(PATIENCE, () -> {
                    assertThat(node.version()).isEqualTo(version + 1);
                    assertThat(node.assignments().getJsonObject("assignments").fieldNames())
                            .as("%s is not there any more, and kept is still killed", dead)
                            .containsExactly("launched_after");
                });
            }
            owners.admin("POST", "/keys", "{\"name\":\"y\",\"scope\":\"read\"}", 201);
            Eventually.within(PATIENCE, () -> assertThat(status(users, extra)).isEqualTo(200));
            assertThat(behind("config")).isZero();
            assertThat(behind("keys")).isZero();
            assertThat(behind("emergency")).isPositive();
        }
    }

    private static int status(Stages node, JsonObject key) throws Exception {
        return node.send("assignment", key.getString("key"), "GET", "/assignments?user_id=u123", "")
                .statusCode();
    }
}
