package io.assay.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.embedded.SharedServers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What versions changes get on a database that is older than what nodes serve. */
class VersionFloorIT {
    private static final JsonObject POSTGRES = SharedServers.newDatabase();
    private static final Vertx vertx = Vertx.vertx();
    private static Versions served = Versions.NONE;
    private static final Catalog catalog =
            Catalog.create(vertx, new JsonObject().put("postgres", POSTGRES), () -> served);

    @BeforeAll
    static void migrate() {
        catalog.migrate().await();
    }

    @AfterAll
    static void close() {
        catalog.close().await();
        vertx.close().await();
    }

    @BeforeEach
    void restore() throws Exception {
        sql("update catalog.version set config = 10, emergency = 2, keys = 3");
        served = new Versions(15, 4, 9);
    }

    private static void sql(String statement) throws Exception {
        try (Connection connection = SharedServers.connect(POSTGRES)) {
            connection.createStatement().execute(statement);
        }
    }

    private static String launch(String key) {
        String body =
                "{\"key\":\"%s\",\"variants\":[{\"key\":\"control\",\"allocation\":50},{\"key\":\"b\",\"allocation\":50}]}";
        StoredExperiment draft = catalog.experiments()
                .create(ExperimentJson.object(body.formatted(key)), "test")
                .await();
        catalog.experiments()
                .patch(draft.id(), Map.of("status", "active"), Revision.ANY, "test")
                .await();
        return draft.id();
    }

    private static Versions versions() {
        return catalog.versions().await();
    }

    @Test
    void aChangeGetsAVersionAboveWhatIsServedAndOnlyWhatItChangesMoves() {
        String id = launch("one");
        assertThat(versions()).isEqualTo(new Versions(16, 2, 3));
        catalog.experiments().kill(id, Revision.ANY, "test").await();
        assertThat(versions()).isEqualTo(new Versions(17, 5, 3));
        catalog.keys().create(Map.of("name", "k", "scope", "read"), "test").await();
        assertThat(versions()).isEqualTo(new Versions(17, 5, 10));
    }

    @Test
    void aDatabaseThatIsAheadGoesOnFromItsOwn() {
        served = new Versions(3, 1, 1);
        launch("ahead");
        assertThat(versions()).isEqualTo(new Versions(11, 2, 3));
    }

    @Test
    void aStartThatFallsDueAlsoGetsAVersionAbove() throws Exception {
        String id = launch("due");
        sql("update catalog.experiment set served = false, start_at = now() - interval '1 second' where id = '" + id
                + "'");
        restore();
        assertThat(catalog.applySchedule().await()).isTrue();
        assertThat(versions()).isEqualTo(new Versions(16, 2, 3));
    }

    @Test
    void writersAtOnceGetOneVersionEach() {
        List<Integer> writers = IntStream.range(0, 6).boxed().toList();
        Future.all(writers.stream()
                        .map(i -> catalog.keys().create(Map.of("name", "k" + i, "scope", "read"), "test"))
                        .toList())
                .await();
        assertThat(versions()).isEqualTo(new Versions(10, 2, 15));
    }
}
