package io.assay.load;

import io.assay.protocol.Goal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Purchases of many users, in batches as servers send them: as requests on the wire, and as what they come to. */
final class EventBatches {
    private static final int BATCHES = 512;
    private static final int EACH = 100;

    final List<String> requests = new ArrayList<>();
    final List<Goal> goals = new ArrayList<>();

    EventBatches(String key) {
        Random random = new Random(1);
        long now = System.currentTimeMillis();
        for (int b = 0; b < BATCHES; b++) {
            List<String> entries = new ArrayList<>();
            for (int i = 0; i < EACH; i++) {
                int cents = random.nextInt(10_000);
                String id = new UUID(random.nextLong(), random.nextLong()).toString();
                Goal goal = new Goal(id, "u" + Scenario.user(random), "purchase", cents * 10_000L, now, null);
                goals.add(goal);
                entries.add(
                        "{\"user_id\":\"%s\",\"events\":[{\"name\":\"purchase\",\"value\":%d.%02d,\"id\":\"%s\",\"timestamp\":%d}]}"
                                .formatted(goal.user(), cents / 100, cents % 100, id, now));
            }
            requests.add(request(key, "{\"batch\":[" + String.join(",", entries) + "],\"sdk\":\"java/0.1.0\"}"));
        }
    }

    /** Events in one request. */
    static int each() {
        return EACH;
    }

    private static String request(String key, String body) {
        return "POST /events HTTP/1.1\r\nHost: a\r\nX-API-Key: " + key
                + "\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }
}
