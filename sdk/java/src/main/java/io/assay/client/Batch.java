package io.assay.client;

import io.assay.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Events that travel together, in the order in which the request has them: by user.
 *
 * @param refusals how often in a row it was refused without a word of ours, by something in between
 */
record Batch(List<QueuedEvent> events, int refusals) {
    static Batch of(List<QueuedEvent> events) {
        Map<String, List<QueuedEvent>> byUser = new LinkedHashMap<>();
        for (QueuedEvent event : events) {
            byUser.computeIfAbsent(event.user(), user -> new ArrayList<>()).add(event);
        }
        List<QueuedEvent> ordered = new ArrayList<>(events.size());
        byUser.values().forEach(ordered::addAll);
        return new Batch(ordered, 0);
    }

    int size() {
        return events.size();
    }

    Batch refused(int times) {
        return new Batch(events, times);
    }

    Batch firstHalf() {
        return new Batch(new ArrayList<>(events.subList(0, size() / 2)), refusals);
    }

    Batch secondHalf() {
        return new Batch(new ArrayList<>(events.subList(size() / 2, size())), refusals);
    }

    /** The request; each event's id is what stands before its number, and the number. */
    byte[] body(String ids) {
        Map<String, List<Object>> byUser = new LinkedHashMap<>();
        for (QueuedEvent event : events) {
            byUser.computeIfAbsent(event.user(), user -> new ArrayList<>())
                    .add(new Json.Raw("{\"id\":\"" + ids + event.number() + "\"," + event.rest()));
        }
        List<Object> entries = new ArrayList<>();
        byUser.forEach((user, own) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("user_id", user);
            entry.put("events", own);
            entries.add(entry);
        });
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("batch", entries);
        body.put("sent_at", System.currentTimeMillis());
        body.put("sdk", AssayClient.SDK);
        return Json.write(body).getBytes(StandardCharsets.UTF_8);
    }
}
