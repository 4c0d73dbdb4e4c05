package io.assay.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.admin.AdminServer.Answer;
import io.assay.embedded.EmbeddedServers.Kind;
import io.assay.embedded.SharedServers;
import io.assay.platform.KafkaTopics;
import io.assay.platform.Topics;
import io.assay.protocol.EventCodec;
import io.assay.testkit.Eventually;
import io.assay.testkit.TopicRecords;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class UserErasureIT {
    private static final String NAME = "erasure" + System.nanoTime();
    private static final JsonObject LOG = log();
    private static final AdminServer server = new AdminServer(SharedServers.newDatabase(), LOG);

    private static JsonObject log() {
        JsonObject topics = new JsonObject();
        for (String topic : List.of("exposures", "events", "aggregates", "assignments", "deadLetter")) {
            topics.put(topic, NAME + "-" + topic);
        }
        return new JsonObject()
                .put("topics", topics)
                .put("kafka", SharedServers.with(Kind.KAFKA).endpoints().getJsonObject("kafka"));
    }

    @AfterAll
    static void close() {
        server.close();
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(Topics topics, String topic) {
        return TopicRecords.of(topics.bootstrap(), topic);
    }

    @Test
    void bothTopicsSayThatTheUserIsErasedAndTellOfTheSameMoment() throws Exception {
        Topics topics = Topics.from(LOG);
        new KafkaTopics(topics).ensure(server.vertx, Duration.ofSeconds(20)).await();

        Answer answer = server.delete("/users/%C3%BC%2F1");

        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(202);
        List<Long> moments = new ArrayList<>();
        for (String topic : List.of(topics.exposures(), topics.events())) {
            List<ConsumerRecord<byte[], byte[]>> records = records(topics, topic);
            assertThat(records).hasSize(1);
            assertThat(new String(records.get(0).key(), StandardCharsets.UTF_8)).isEqualTo("ü/1");
            assertThat(EventCodec.isErase(records.get(0).value())).isTrue();
            moments.add(EventCodec.erasedAt(records.get(0).value()));
        }
        assertThat(moments.get(0)).isEqualTo(moments.get(1));
    }

    @Test
    void theTopicOfFirstExposuresForgetsThemAlsoWhereItDidNotBefore() throws Exception {
        Topics topics = Topics.from(LOG);
        KafkaTopics kafka = new KafkaTopics(topics);
        kafka.ensure(server.vertx, Duration.ofSeconds(20)).await();
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, topics.assignments());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", topics.bootstrap()))) {
            assertThat(cleanup(admin, topic)).isEqualTo("compact,delete");
            AlterConfigOp before =
                    new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(topic, List.of(before))).all().get();
            Eventually.within(Duration.ofSeconds(20), () -> {
                assertThat(cleanup(admin, topic)).isEqualTo("compact");
            });
            kafka.ensure(server.vertx, Duration.ofSeconds(20)).await();
            Eventually.within(Duration.ofSeconds(20), () -> {
                assertThat(cleanup(admin, topic)).isEqualTo("compact,delete");
            });
        }
    }

    private static String cleanup(Admin admin, ConfigResource topic) throws Exception {
        return admin.describeConfigs(List.of(topic))
                .all()
                .get()
                .get(topic)
                .get("cleanup.policy")
                .value();
    }

    @Test
    void onlyOwnersMayEraseAndOnlyUsers() {
        for (String key : List.of("read", "server", "client")) {
            assertThat(server.send("DELETE", "/users/u1", null, "X-API-Key", key)
                            .join()
                            .status())
                    .isEqualTo(403);
        }
        assertThat(server.delete("/users/%01").status()).isEqualTo(400);
        assertThat(server.get("/users/u1").status()).isEqualTo(405);
    }

    @Test
    void withoutTheLogItIs503AndNobodyIsToldThatItIsDone() {
        try (AdminServer alone = new AdminServer(server.postgres, new JsonObject())) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(alone.sendOnce("DELETE", "/users/u" + i, null).orTimeout(20, TimeUnit.SECONDS));
            }
            for (CompletableFuture<Answer> answer : answers) {
                assertThat(answer.join().status()).isEqualTo(503);
                assertThat(answer.join().header("Retry-After")).isNotEmpty();
            }
        }
    }
}
