package io.assay.ingestion;

import io.assay.engine.UserId;
import io.assay.protocol.Json;
import io.assay.protocol.JsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies as clients mostly write them, in one pass and straight into events. For any other it gives up, without a
 * word: whatever is wrong with one, or only rare, is for {@link EventBatch#read} to see.
 */
final class PlainBatch {
    /*
     * What is taken here is taken there with the same outcome, which a test with many bodies holds; the reverse is not
     * needed. So: members in any order, but a user before their events; spaces; texts of printable ASCII without escapes;
     * numbers without an exponent. Properties are left to the general reader, in place. No event may come near the size that
     * would be too large, nor all properties to the values that one body may have.
     */
    private static final int MAX_EVENT_BYTES = EventSize.MAX_BYTES / 8;
    private static final int MAX_TIME_CHARS = 64;
    private static final int MAX_VALUES = Json.Limits.BODY.values() / 2;
    private static final int DEEPEST = 5;
    private static final Json.Limits INNER =
            new Json.Limits(Json.Limits.BODY.depth() - DEEPEST, Json.Limits.BODY.names(), MAX_VALUES);

    private final PlainText in;
    private final List<EventBatch.Item> items = new ArrayList<>();
    private int values;

    private PlainBatch(byte[] body) {
        in = new PlainText(body);
    }

    /** The events of a body; null if it is for the general reader. */
    static @Nullable EventBatch read(byte[] body) {
        try {
            return new PlainBatch(body).body();
        } catch (PlainText.Unusual | JsonException e) {
            return null;
        }
    }

    private EventBatch body() {
        Owner whole = new Owner(-1, true);
        in.object(whole);
        in.end();
        PlainText.check(!items.isEmpty() && !(whole.isMany && whole.user != null));
        return new EventBatch(items, whole.sentAt, whole.sdk);
    }

    /** What has events: the body, or a part of it that is of one user. */
    private final class Owner implements PlainText.Members {
        private final int entry;
        private final boolean isBody;
        private @Nullable String user;
        private @Nullable Object sentAt;
        private @Nullable String sdk;
        private boolean isMany;
        private boolean hasEvents;

        Owner(int entry, boolean isBody) {
            this.entry = entry;
            this.isBody = isBody;
        }

        @Override
        public void member(String name) {
            switch (name) {
                case "user_id" -> {
                    PlainText.check(user == null);
                    user = in.text(UserId.MAX_BYTES);
                    PlainText.check(!user.isEmpty());
                }
                case "events" -> {
                    PlainText.check(user != null && !hasEvents && !isMany);
                    hasEvents = true;
                    in.array(at -> event(entry, at, user));
                }
                case "batch" -> {
                    PlainText.check(isBody && !isMany && !hasEvents);
                    isMany = true;
                    in.array(PlainBatch.this::entry);
                }
                case "sdk" -> {
                    PlainText.check(isBody && sdk == null);
                    sdk = in.text(EventBatch.MAX_SDK_CHARS);
                }
                case "sent_at" -> {
                    PlainText.check(isBody && sentAt == null);
                    sentAt = part().value();
                    PlainText.check(sentAt != null);
                }
                default -> throw new PlainText.Unusual();
            }
        }
    }

    private void entry(int at) {
        Owner owner = new Owner(at, false);
        int before = items.size();
        in.object(owner);
        PlainText.check(items.size() > before);
    }

    private void event(int entry, int position, @Nullable String user) {
        PlainText.check(items.size() < EventBatch.MAX_EVENTS);
        int start = in.at();
        Fields fields = new Fields();
        in.object(fields);
        PlainText.check(in.at() - start <= MAX_EVENT_BYTES);
        items.add(new EventBatch.Item(entry, position, user, fields.event()));
    }

    private Json.Part part() {
        Json.Part part = in.part(INNER);
        values += part.values();
        PlainText.check(values <= MAX_VALUES);
        return part;
    }

    /** The members of an event. */
    private final class Fields implements PlainText.Members {
        private @Nullable String name;
        private @Nullable String experiment;
        private @Nullable String variant;
        private @Nullable String id;
        private @Nullable Object timestamp;
        private @Nullable String properties;
        private long claimed;
        private long micros;
        private boolean hasValue;
        private boolean isExposure;

        @Override
        public void member(String member) {
            switch (member) {
                case "name" -> {
                    PlainText.check(name == null);
                    name = in.word(Intake.MAX_NAME_CHARS);
                }
                case "value" -> {
                    PlainText.check(!hasValue);
                    hasValue = true;
                    micros = in.micros();
                }
                case "id" -> {
                    PlainText.check(id == null);
                    id = in.text(EventIds.MAX_CHARS);
                    PlainText.check(!id.isEmpty());
                }
                case "timestamp" -> time();
                case "type" -> {
                    PlainText.check(!isExposure && in.word(16).equals("exposure"));
                    isExposure = true;
                }
                case "experiment" -> {
                    PlainText.check(experiment == null);
                    experiment = in.word(MAX_EVENT_BYTES);
                }
                case "variant" -> {
                    PlainText.check(variant == null);
                    variant = in.word(MAX_EVENT_BYTES);
                }
                case "properties" -> {
                    PlainText.check(properties == null);
                    Object value = part().value();
                    PlainText.check(value instanceof Map<?, ?>);
                    properties = Json.write(value);
                }
                default -> throw new PlainText.Unusual();
            }
        }

        private void time() {
            PlainText.check(timestamp == null);
            if (in.isText()) {
                String text = in.text(MAX_TIME_CHARS);
                timestamp = text;
                claimed = Timestamps.read(text);
            } else {
                claimed = in.whole();
                timestamp = claimed;
            }
            PlainText.check(claimed != Timestamps.NONE);
        }

        PlainEvent event() {
            String what = isExposure ? experiment : name;
            boolean isPlain = isExposure
                    ? variant != null && name == null && !hasValue && properties == null
                    : name != null && Intake.isName(name) && experiment == null && variant == null;
            if (what == null || !isPlain) {
                throw new PlainText.Unusual();
            }
            return new PlainEvent(what, variant, micros, timestamp, claimed, id, properties);
        }
    }
}
