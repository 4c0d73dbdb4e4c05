package io.assay.ingestion;

import io.assay.engine.UserId;
import io.assay.platform.FieldError;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import io.assay.protocol.Json;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the events of one request: each is either taken, with its id, its time and its value in millionths, or
 * refused with a code. A bad one does not touch the others.
 */
final class Intake {
    static final int MAX_NAME_CHARS = 128;

    private static final Set<String> GOAL = Set.of("name", "value", "timestamp", "id", "properties");
    private static final Set<String> EXPOSURE = Set.of("type", "experiment", "variant", "timestamp", "id");

    /**
     * What the rules need to know of the request and of the world.
     *
     * @param surplus the indexes of events that are more than their users may send; null for none
     */
    record Request(
            EventClock clock,
            Definitions definitions,
            @Nullable String idempotencyKey,
            int bodyBytes,
            @Nullable BitSet surplus) {
        /** The same with another look at the definitions. */
        Request with(Definitions seen) {
            return new Request(clock, seen, idempotencyKey, bodyBytes, surplus);
        }
    }

    /** A refused event: its index over the whole request, and where it stands. */
    record Rejected(int index, FieldError error) {}

    /**
     * The outcome for a whole request.
     *
     * @param idsAssigned some ids are random
     * @param definitionsDoubted some exposure was refused because of the definitions, which may just have changed
     */
    record Outcome(
            List<Exposure> exposures,
            List<Goal> goals,
            List<Rejected> rejected,
            boolean idsAssigned,
            boolean definitionsDoubted) {
        int received() {
            return exposures.size() + goals.size();
        }
    }

    private final Request request;
    private final EventIds ids;
    private final List<Exposure> exposures = new ArrayList<>();
    private final List<Goal> goals = new ArrayList<>();
    private final List<Rejected> rejected = new ArrayList<>();
    private boolean definitionsDoubted;

    private Intake(Request request) {
        this.request = request;
        this.ids = new EventIds(request.idempotencyKey());
    }

    static Outcome of(EventBatch batch, Request request) {
        Intake intake = new Intake(request);
        for (int i = 0; i < batch.items().size(); i++) {
            intake.take(i, batch.items().get(i));
        }
        return new Outcome(
                intake.exposures, intake.goals, intake.rejected, intake.ids.assigned(), intake.definitionsDoubted);
    }

    private void take(int index, EventBatch.Item item) {
        boolean isOfUser = false;
        try {
            if (item.event() instanceof PlainEvent event && item.userId() instanceof String user) {
                take(index, user, event);
                return;
            }
            if (!(item.event() instanceof Map<?, ?> event)) {
                throw new Refusal("malformed", "an event is no object");
            }
            EventSize.check(event, request.bodyBytes());
            if (!(item.userId() instanceof String user && UserId.isValid(user))) {
                isOfUser = true;
                throw new Refusal(
                        "invalid_user_id", "user_id is missing or invalid (expected: " + UserId.EXPECTED + ")");
            }
            if (event.containsKey("type")) {
                exposures.add(exposure(index, user, event));
            } else {
                goals.add(goal(index, user, event));
            }
        } catch (Refusal e) {
            String pointer = isOfUser ? item.userPointer() : item.pointer();
            rejected.add(new Rejected(index, new FieldError(pointer, e.code(), e.message())));
        }
    }

    /** One in which nothing is wrong by itself. */
    private void take(int index, String user, PlainEvent event) {
        String variant = event.variant();
        Object time = event.timestamp();
        long millis =
                time == null ? request.clock().nowMillis() : request.clock().resolve(event.claimedMillis());
        if (variant == null) {
            String id = event.id() != null
                    ? event.id()
                    : ids.of(index, time, user, "goal", event.name(), Long.toString(event.micros()));
            checkRate(index);
            goals.add(new Goal(id, user, event.name(), event.micros(), millis, event.properties()));
        } else {
            String experimentId = measured(event.name(), variant);
            String id = event.id() != null ? event.id() : ids.of(index, time, user, "exposure", experimentId, variant);
            checkRate(index);
            exposures.add(new Exposure(id, user, experimentId, variant, millis));
        }
    }

    private Goal goal(int index, String user, Map<?, ?> event) {
        checkMembers(event, GOAL);
        if (!(event.get("name") instanceof String name && isName(name))) {
            throw new Refusal("invalid_name", "name is missing or invalid (expected: [A-Za-z0-9_.:$-]{1,128})");
        }
        long micros = event.containsKey("value") ? Micros.of(event.get("value")) : 0;
        long millis = time(event);
        String properties = properties(event);
        String id = ownId(event);
        if (id == null) {
            id = ids.of(index, event.get("timestamp"), user, "goal", name, Long.toString(micros));
        }
        checkRate(index);
        return new Goal(id, user, name, micros, millis, properties);
    }

    private Exposure exposure(int index, String user, Map<?, ?> event) {
        if (!"exposure".equals(event.get("type"))) {
            throw new Refusal("malformed", "type is unknown (expected: exposure, or none for a goal)");
        }
        checkMembers(event, EXPOSURE);
        if (!(event.get("experiment") instanceof String experiment)
                || !(event.get("variant") instanceof String variant)) {
            throw new Refusal("malformed", "an exposure needs the texts experiment and variant");
        }
        long millis = time(event);
        String ownId = ownId(event);
        String experimentId = measured(experiment, variant);
        String id =
                ownId != null ? ownId : ids.of(index, event.get("timestamp"), user, "exposure", experimentId, variant);
        checkRate(index);
        return new Exposure(id, user, experimentId, variant, millis);
    }

    private String measured(String experiment, String variant) {
        Definitions.Known known = request.definitions().find(experiment);
        if (known != null && known.launched() && known.variants().contains(variant)) {
            return known.id();
        }
        definitionsDoubted = true;
        if (known == null) {
            throw new Refusal("unknown_experiment", "experiment is neither the key nor the id of an experiment");
        }
        if (!known.launched()) {
            throw new Refusal("not_launched", "experiment is a draft");
        }
        throw new Refusal("unknown_variant", "variant is none of this experiment");
    }

    private long time(Map<?, ?> event) {
        if (!event.containsKey("timestamp")) {
            return request.clock().nowMillis();
        }
        long claimed = Timestamps.read(event.get("timestamp"));
        if (claimed == Timestamps.NONE) {
            throw new Refusal("invalid_timestamp", "timestamp is no time (expected: " + Timestamps.EXPECTED + ")");
        }
        return request.clock().resolve(claimed);
    }

    private static @Nullable String ownId(Map<?, ?> event) {
        if (!event.containsKey("id")) {
            return null;
        }
        if (event.get("id") instanceof String id && EventIds.isValid(id)) {
            return id;
        }
        throw new Refusal("malformed", "id is invalid (expected: 1 to 128 printable ASCII characters)");
    }

    private static @Nullable String properties(Map<?, ?> event) {
        if (!event.containsKey("properties")) {
            return null;
        }
        if (event.get("properties") instanceof Map<?, ?> properties) {
            return Json.write(properties);
        }
        throw new Refusal("malformed", "properties is no object");
    }

    /** After everything else, so that the ids of equal events do not depend on which of them came through. */
    private void checkRate(int index) {
        if (request.surplus() != null && request.surplus().get(index)) {
            throw new Refusal("throttled", "this user sends more than is taken at the moment");
        }
    }

    static boolean isName(String text) {
        int length = text.length();
        boolean good = length > 0 && length <= MAX_NAME_CHARS;
        for (int i = 0; good && i < length; i++) {
            char c = text.charAt(i);
            good = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "_.:$-".indexOf(c) >= 0;
        }
        return good;
    }

    private static void checkMembers(Map<?, ?> event, Set<String> known) {
        for (Object name : event.keySet()) {
            if (!known.contains(name)) {
                throw new Refusal("malformed", EventBatch.shown(name) + " is no member of this kind of event");
            }
        }
    }
}
