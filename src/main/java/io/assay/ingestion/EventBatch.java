package io.assay.ingestion;

import io.assay.platform.ApiError;
import io.assay.platform.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The events of one request in their order, each with whose it is. The request as a whole is checked here, what is in an
 * event is not.
 *
 * @param sentAt the client's clock as it wrote it, or null
 * @param sdk what the client says that it is, or null
 */
record EventBatch(List<Item> items, @Nullable Object sentAt, @Nullable String sdk) {
    static final int MAX_EVENTS = 1000;
    private static final Set<String> SINGLE = Set.of("user_id", "events", "sent_at", "sdk");
    private static final Set<String> MANY = Set.of("batch", "sent_at", "sdk");
    private static final Set<String> ENTRY = Set.of("user_id", "events");
    static final int MAX_SDK_CHARS = 128;
    private static final int MAX_ERRORS = 100;
    private static final int MAX_SHOWN_CHARS = 64;

    /** One event as it came; {@code entry} is -1 in a request of one user. */
    record Item(int entry, int position, @Nullable Object userId, @Nullable Object event) {
        String pointer() {
            return (entry < 0 ? "" : "/batch/" + entry) + "/events/" + position;
        }

        String userPointer() {
            return (entry < 0 ? "" : "/batch/" + entry) + "/user_id";
        }
    }

    /** Reads a parsed body; refuses it with everything that is wrong with it as a whole. */
    static EventBatch read(@Nullable Object json) {
        if (!(json instanceof Map<?, ?> body)) {
            throw ApiError.malformed(
                    "The body is no object (expected: {user_id, events} or {batch:[{user_id, events}]}).");
        }
        Reader reader = new Reader();
        if (body.containsKey("batch")) {
            reader.only(body, MANY, "");
            reader.entries(body.get("batch"));
        } else {
            reader.only(body, SINGLE, "");
            reader.events(body, -1);
        }
        reader.sdk(body);
        return reader.finish(body.get("sent_at"), body.get("sdk"));
    }

    /** A member's name for a message, cut where it is long. */
    static String shown(Object name) {
        String text = name.toString();
        return text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "…";
    }

    private static final class Reader {
        private final List<FieldError> errors = new ArrayList<>();
        private final List<Item> items = new ArrayList<>();

        void only(Map<?, ?> object, Set<String> known, String pointer) {
            for (Object name : object.keySet()) {
                if (!known.contains(name)) {
                    String shown = shown(name);
                    wrong(pointer + "/" + escaped(shown), "unknown_member", shown + " is no member of this object");
                }
            }
        }

        void entries(@Nullable Object batch) {
            if (!(batch instanceof List<?> list)) {
                wrong("/batch", "malformed", "batch is no list (expected: [{user_id, events}, …])");
                return;
            }
            for (int i = 0; i < list.size(); i++) {
                String pointer = "/batch/" + i;
                if (list.get(i) instanceof Map<?, ?> entry) {
                    only(entry, ENTRY, pointer);
                    events(entry, i);
                } else {
                    wrong(pointer, "malformed", "no object (expected: {user_id, events})");
                }
            }
        }

        void events(Map<?, ?> owner, int entry) {
            Object user = owner.get("user_id");
            if (owner.get("events") instanceof List<?> list) {
                for (int i = 0; i < list.size() && items.size() <= MAX_EVENTS; i++) {
                    items.add(new Item(entry, i, user, list.get(i)));
                }
            } else {
                wrong((entry < 0 ? "" : "/batch/" + entry) + "/events", "malformed", "events is no list");
            }
        }

        void sdk(Map<?, ?> body) {
            if (body.containsKey("sdk")
                    && !(body.get("sdk") instanceof String text && text.length() <= MAX_SDK_CHARS)) {
                wrong("/sdk", "malformed", "sdk is no text of at most " + MAX_SDK_CHARS + " characters");
            }
        }

        EventBatch finish(@Nullable Object sentAt, @Nullable Object sdk) {
            if (errors.isEmpty() && items.isEmpty()) {
                wrong("", "malformed", "There is no event in this request (expected: 1 to " + MAX_EVENTS + ").");
            }
            if (items.size() > MAX_EVENTS) {
                wrong("", "too_large", "There are more than " + MAX_EVENTS + " events in this request.");
            }
            if (!errors.isEmpty()) {
                throw ApiError.malformed(errors.get(0).message()).withErrors(errors);
            }
            return new EventBatch(List.copyOf(items), sentAt, (String) sdk);
        }

        private void wrong(String pointer, String code, String message) {
            if (errors.size() < MAX_ERRORS) {
                errors.add(new FieldError(pointer, code, message));
            }
        }

        private static String escaped(String name) {
            return name.replace("~", "~0").replace("/", "~1");
        }
    }
}
