package io.assay.drill;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Records that nobody can count, among those that count. */
final class Poison extends CountingDrill {
    private static final int EACH = 12;

    Poison() {
        super(
                "poison",
                "Records of ten poisonous kinds are in the topics: each is once in dead-letter, all else is counted.");
    }

    @Override
    public void run(Scene scene) throws Exception {
        Pipeline pipeline = Pipeline.start(scene, 1, "alpha", "beta");
        EventTraffic traffic = pipeline.traffic();
        List<RecordMetadata> places = new ArrayList<>();
        try (LogWriter writer = new LogWriter(scene.servers().broker())) {
            for (int i = 0; i < EACH; i++) {
                poison(writer, pipeline.trials.get(0), "measured-" + i);
                places.addAll(writer.flush());
                scene.pause(Duration.ofMillis(300));
                if (i == EACH / 2) {
                    pipeline.worker().kill();
                    pipeline.worker().startAgain();
                }
            }
        }
        pipeline.worker().awaitReady();
        pipeline.referee.judge("in the end", traffic);
        judge(scene, places, pipeline.referee.log().deadLetters());
        scene.report().note(traffic.toString());
    }

    private static void poison(LogWriter writer, Trial trial, String user) {
        byte[] key = user.getBytes(UTF_8);
        long now = System.currentTimeMillis();
        String exposure = "{\"id\":\"p\",\"e\":\"%s\",\"v\":\"%s\",\"t\":%d}";
        for (String topic : List.of("exposures", "events")) {
            writer.bytes(topic, key, "no JSON".getBytes(UTF_8));
            writer.bytes(topic, key, "{\"id\":\"cut".getBytes(UTF_8));
            writer.bytes(topic, key, new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'});
            writer.bytes(topic, key, null);
            writer.bytes(
                    topic, null, exposure.formatted(trial.id(), "blue", now).getBytes(UTF_8));
            writer.bytes(
                    topic,
                    new byte[] {(byte) 0xc3, '('},
                    exposure.formatted(trial.id(), "blue", now).getBytes(UTF_8));
            writer.bytes(topic, key, ("{\"id\":\"" + "x".repeat(900_000)).getBytes(UTF_8));
        }
        writer.bytes(
                "exposures",
                key,
                exposure.formatted("nowhere00000", "blue", now).getBytes(UTF_8));
        writer.bytes(
                "exposures", key, exposure.formatted(trial.id(), "purple", now).getBytes(UTF_8));
        writer.bytes(
                "exposures",
                key,
                exposure.formatted(trial.id(), "blue", now + 3_600_000).getBytes(UTF_8));
        writer.bytes(
                "events",
                key,
                "{\"id\":\"p\",\"n\":\"signup\",\"t\":%d}"
                        .formatted(now + 3_600_000)
                        .getBytes(UTF_8));
    }

    private static void judge(
            Scene scene, List<RecordMetadata> places, List<ConsumerRecord<byte[], byte[]>> deadLetters) {
        Map<String, Integer> times = new HashMap<>();
        Map<String, Integer> reasons = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> letter : deadLetters) {
            JsonObject json = new JsonObject(new String(letter.value(), UTF_8));
            times.merge(
                    json.getString("topic") + "/" + json.getInteger("partition") + "/" + json.getLong("offset"),
                    1,
                    Integer::sum);
            reasons.merge(json.getString("reason").replaceAll("[0-9]+", "n"), 1, Integer::sum);
        }
        List<String> missing = new ArrayList<>();
        for (RecordMetadata place : places) {
            String at = place.topic() + "/" + place.partition() + "/" + place.offset();
            Integer found = times.remove(at);
            if (found == null || found != 1) {
                missing.add(at + " " + found + " times");
            }
        }
        Collections.sort(missing);
        scene.report().note("reasons: " + reasons);
        scene.report()
                .check(
                        "poisonous records, each once in dead-letter",
                        missing.isEmpty() && !places.isEmpty(),
                        places.size() + " " + missing.subList(0, Math.min(3, missing.size())),
                        "all");
        scene.report().atMost("others in dead-letter", times.size(), 0);
    }
}
