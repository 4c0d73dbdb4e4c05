package io.assay.ingestion;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.platform.ApiError;
import io.assay.platform.Topics;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With Kafka's own producer for tests, which acknowledges a record when it is told to. */
class KafkaEventLogTest {
    private static final int BUDGET = 1 << 20;
    private static final int VALUE_BYTES = 100_000;
    private static final JsonObject CONFIG = new JsonObject()
            .put("kafka", new JsonObject().put("bootstrap", "127.0.0.1:1"))
            .put(
                    "ingestion",
                    new JsonObject()
                            .put("inFlightBytes", BUDGET)
                            .put("stallMillis", 60_000)
                            .put("ackMillis", 60_000));

    private final Vertx vertx = Vertx.vertx();
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(Cluster.empty(), false, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final Context loop = vertx.getOrCreateContext();
    private KafkaEventLog log;

    @BeforeEach
    void open() throws Exception {
        log = onLoop(() -> new KafkaEventLog(vertx, producer, Topics.from(CONFIG), IngestionConfig.from(CONFIG)));
        acknowledgeAll(); // the first heartbeats: the broker is there
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void whatWaitsForTheBrokerIsBoundedAndWhoComesThenIsToldAtOnce() throws Exception {
        List<Future<Void>> waiting = new ArrayList<>();
        Future<Void> refused = null;
        for (int i = 0; i < BUDGET / VALUE_BYTES + 1 && refused == null; i++) {
            Future<Void> answer = append();
            if (answer.isComplete()) {
                refused = answer;
            } else {
                waiting.add(answer);
            }
        }

        assertThat(waiting).hasSizeBetween(5, BUDGET / VALUE_BYTES);
        assertThat(log.inFlightBytes()).isBetween(BUDGET / 2L, (long) BUDGET);
        assertThat(refused).isNotNull();
        assertThat(refused.cause()).isInstanceOfSatisfying(ApiError.class, error -> {
            assertThat(error.status()).isEqualTo(503);
            assertThat(error.retryAfterSeconds()).isPositive();
        });
        assertThat(producer.history()).as("of what is refused nothing is sent").hasSize(sent(waiting.size()));

        acknowledgeAll();
        Future.all(waiting).await();
        assertThat(log.inFlightBytes()).isZero();
        Future<Void> next = append();
        acknowledgeAll();
        next.await();
    }

    private static int sent(int records) {
        return 2 * Topics.from(CONFIG).partitions() + records;
    }

    private Future<Void> append() throws Exception {
        return onLoop(() -> log.append(List.of(new ProducerRecord<>("events", new byte[1], new byte[VALUE_BYTES]))));
    }

    private void acknowledgeAll() {
        boolean more = true;
        while (more) {
            more = producer.completeNext();
        }
    }

    private <T> T onLoop(Callable<T> work) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.runOnContext(v -> {
            try {
                done.complete(work.call());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        return done.get(10, TimeUnit.SECONDS);
    }
}
