package io.assay.protocol;

import io.assay.engine.UserId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The records of the topics {@code exposures} and {@code events}: the key is the user id in UTF-8, the value one small
 * JSON object.
 *
 * <pre>
 * exposures  {"id":"…","e":"&lt;experiment_id&gt;","v":"&lt;variant&gt;","t":&lt;ms&gt;}
 * events     {"id":"…","n":"purchase","x":&lt;micros, left out if 0&gt;,"t":&lt;ms&gt;,"p":{properties}}
 * both       {"hb":1} under an empty key: a heartbeat, which only moves the clock of its partition
 * both       {"erase":&lt;ms&gt;} under the user's key: what lies before it in this topic does not count any more
 * </pre>
 *
 * Members may come in any order and unknown ones are skipped, so that a newer writer can add some.
 */
public final class EventCodec {
    private static final byte[] HEARTBEAT = ascii("{\"hb\":1}");
    private static final byte[] NO_KEY = new byte[0];
    private static final byte[] ERASE = ascii("{\"erase\":");
    private static final byte[] ID = ascii("{\"id\":");
    private static final byte[] EXPERIMENT = ascii(",\"e\":");
    private static final byte[] VARIANT = ascii(",\"v\":");
    private static final byte[] TIME = ascii(",\"t\":");
    private static final byte[] NAME = ascii(",\"n\":");
    private static final byte[] VALUE = ascii(",\"x\":");
    private static final byte[] PROPERTIES = ascii(",\"p\":");
    private static final byte[] END = ascii("}");
    private static final int LONGEST_MOMENT = 18;

    private EventCodec() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    public static byte[] key(String user) {
        return user.getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] heartbeatKey() {
        return NO_KEY;
    }

    public static byte[] heartbeat() {
        return HEARTBEAT.clone();
    }

    public static boolean isHeartbeat(byte @Nullable [] key, byte @Nullable [] value) {
        return (key == null || key.length == 0) && Arrays.equals(HEARTBEAT, value);
    }

    /**
     * Erases a user; it goes into both topics under the user's key, each time with the same moment, by which the two are
     * known to belong together.
     *
     * @param at the moment it was asked for, in ms; at least 0
     */
    public static byte[] erase(long at) {
        return new EventWriter().raw(ERASE).number(at).raw(END).bytes();
    }

    public static boolean isErase(byte @Nullable [] value) {
        return value != null && momentOf(value) >= 0;
    }

    /** The moment of an erasure. */
    public static long erasedAt(byte[] value) throws UnreadableEventException {
        long moment = momentOf(value);
        if (moment < 0) {
            throw new UnreadableEventException("no erasure");
        }
        return moment;
    }

    private static long momentOf(byte[] value) {
        int digits = value.length - ERASE.length - 1;
        if (digits < 1
                || digits > LONGEST_MOMENT
                || value[value.length - 1] != '}'
                || !ByteBuffer.wrap(value, 0, ERASE.length).equals(ByteBuffer.wrap(ERASE))) {
            return -1;
        }
        long moment = 0;
        for (int i = ERASE.length; i < value.length - 1; i++) {
            if (value[i] < '0' || value[i] > '9') {
                return -1;
            }
            moment = moment * 10 + (value[i] - '0');
        }
        return moment;
    }

    public static byte[] encode(Exposure exposure) {
        return new EventWriter()
                .raw(ID)
                .quoted(exposure.id())
                .raw(EXPERIMENT)
                .quoted(exposure.experimentId())
                .raw(VARIANT)
                .quoted(exposure.variant())
                .raw(TIME)
                .number(exposure.ts())
                .raw(END)
                .bytes();
    }

    public static byte[] encode(Goal goal) {
        var out = new EventWriter().raw(ID).quoted(goal.id()).raw(NAME).quoted(goal.name());
        if (goal.valueMicros() != 0) {
            out.raw(VALUE).number(goal.valueMicros());
        }
        out.raw(TIME).number(goal.ts());
        if (goal.propertiesJson() != null) {
            out.raw(PROPERTIES).raw(goal.propertiesJson());
        }
        return out.raw(END).bytes();
    }

    public static Exposure decodeExposure(byte @Nullable [] key, byte @Nullable [] value)
            throws UnreadableEventException {
        var user = decodeUser(key);
        var fields = EventReader.read(value);
        return new Exposure(
                required("id", fields.id),
                user,
                required("e", fields.experiment),
                required("v", fields.variant),
                fields.timestamp());
    }

    public static Goal decodeGoal(byte @Nullable [] key, byte @Nullable [] value) throws UnreadableEventException {
        var user = decodeUser(key);
        var fields = EventReader.read(value);
        return new Goal(
                required("id", fields.id),
                user,
                required("n", fields.name),
                fields.value,
                fields.timestamp(),
                fields.properties);
    }

    /** The user id in the key of a record. */
    public static String decodeUser(byte @Nullable [] key) throws UnreadableEventException {
        if (key == null || key.length == 0) {
            throw new UnreadableEventException("no user id in the key");
        }
        try {
            var user = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key))
                    .toString();
            if (!UserId.isValid(user)) {
                throw new UnreadableEventException("the key is no user id (expected: " + UserId.EXPECTED + ")");
            }
            return user;
        } catch (CharacterCodingException e) {
            throw new UnreadableEventException("key is not UTF-8");
        }
    }

    private static String required(String name, @Nullable String value) throws UnreadableEventException {
        if (value == null || value.isEmpty()) {
            throw new UnreadableEventException("no \"" + name + "\"");
        }
        return EventReader.plain(name, value);
    }
}
