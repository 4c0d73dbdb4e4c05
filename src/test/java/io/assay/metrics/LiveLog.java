package io.assay.metrics;

import io.assay.protocol.EventCodec;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Events of the last days, sent to real topics in no good order, some of them twice, too late, or unreadable. */
final class LiveLog implements AutoCloseable {
    private static final int USERS = 150;

    private final Random random;
    private final MetricsConfig config;
    private final List<Definition> definitions;
    private final KafkaProducer<byte[], byte[]> producer;
    private final List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
    int exposures;
    int goals;
    int dead;

    LiveLog(MetricsConfig config, List<Definition> definitions, long seed) {
        this.random = new Random(seed);
        this.config = config;
        this.definitions = definitions;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", config.topics().bootstrap(), "acks", "all", "linger.ms", 5),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Two experiments of the last days, one of which has ended. */
    static List<Definition> definitions() {
        long now = System.currentTimeMillis();
        var metrics = List.of(
                new Definition.Metric("bought", Hash64.of("buy"), Definition.Metric.NO_WINDOW),
                new Definition.Metric("soon", Hash64.of("buy"), 10 * History.HOUR),
                new Definition.Metric("signed_up", Hash64.of("signup"), 48 * History.HOUR));
        return List.of(
                new Definition(
                        "exp000000001", List.of("control", "blue"), metrics, now - 4 * History.DAY, Definition.OPEN),
                new Definition(
                        "exp000000002",
                        List.of("control", "B", "green"),
                        metrics.subList(1, 2),
                        now - 2 * History.DAY,
                        now - 6 * History.HOUR));
    }

    void send(int count) {
        for (int i = 0; i < count; i++) {
            var record = random.nextInt(12) == 0 && !sent.isEmpty() ? sent.get(random.nextInt(sent.size())) : make();
            sent.add(record);
            count(record);
            producer.send(record);
        }
        producer.flush();
    }

    /** Erases a user, and goes on with what the user does afterwards. */
    void erase(String user) {
        byte[] value = EventCodec.erase(System.currentTimeMillis());
        for (var topic : List.of(config.topics().exposures(), config.topics().events())) {
            producer.send(new ProducerRecord<>(topic, EventCodec.key(user), value));
        }
        producer.flush();
    }

    /** What ingestion does each minute: so that the clock of every partition moves. */
    void heartbeat() {
        for (int p = 0; p < config.topics().partitions(); p++) {
            for (var topic :
                    List.of(config.topics().exposures(), config.topics().events())) {
                producer.send(new ProducerRecord<>(topic, p, EventCodec.heartbeatKey(), EventCodec.heartbeat()));
            }
        }
        producer.flush();
    }

    private void count(ProducerRecord<byte[], byte[]> record) {
        boolean isDead = new String(record.value(), StandardCharsets.UTF_8).contains("nowhere");
        boolean isJunk = record.value().length < 5;
        dead += isDead || isJunk ? 1 : 0;
        if (!isJunk) {
            exposures += record.topic().equals(config.topics().exposures()) ? 1 : 0;
            goals += record.topic().equals(config.topics().events()) ? 1 : 0;
        }
    }

    private ProducerRecord<byte[], byte[]> make() {
        var user = "user" + random.nextInt(USERS);
        long ts = System.currentTimeMillis() - (long) (random.nextDouble() * 75 * History.HOUR);
        var id = "id" + random.nextInt(100_000);
        if (random.nextInt(60) == 0) {
            return new ProducerRecord<>(config.topics().events(), EventCodec.key(user), new byte[] {'{', 'x'});
        }
        if (random.nextBoolean()) {
            var name = random.nextInt(3) == 0 ? "signup" : "buy";
            var goal = new Goal(id, user, name, random.nextInt(200) * 10_000L, ts, null);
            return new ProducerRecord<>(config.topics().events(), EventCodec.key(user), EventCodec.encode(goal));
        }
        var e = definitions.get(random.nextInt(definitions.size()));
        boolean strays = random.nextInt(6) == 0;
        int variant = strays ? random.nextInt(e.variants.size()) : Math.floorMod(user.hashCode(), e.variants.size());
        var experiment = random.nextInt(60) == 0 ? "nowhere" : e.id;
        var exposure = new Exposure(id, user, experiment, e.variants.get(variant), ts);
        return new ProducerRecord<>(config.topics().exposures(), EventCodec.key(user), EventCodec.encode(exposure));
    }

    @Override
    public void close() {
        producer.close();
    }
}
