package io.assay.ingestion;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The ids of the events of one request, so that what is sent again is counted once: the event's own; else the request's
 * key and the event's index; else, with a timestamp, a hash of what it says; else a random one.
 */
final class EventIds {
    static final int MAX_CHARS = 128;
    private static final int HASH_BYTES = 16;

    private final @Nullable String requestKey;
    private final Map<String, Integer> equal = new HashMap<>();
    private @Nullable MessageDigest digest;
    private @Nullable String random;

    EventIds(@Nullable String requestKey) {
        this.requestKey = requestKey;
    }

    /** Whether a text may be an id or a request's key: 1 to 128 printable ASCII characters. */
    static boolean isValid(String text) {
        int length = text.length();
        if (length == 0 || length > MAX_CHARS) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }

    /**
     * The id of an event without one of its own.
     *
     * @param sentTime the timestamp as it was sent, or null
     * @param says what else tells it from other events, its user first
     */
    String of(int index, @Nullable Object sentTime, String... says) {
        if (requestKey != null) {
            return requestKey + ":" + index;
        }
        if (sentTime == null) {
            random = random == null ? UUID.randomUUID().toString() : random;
            return random + ":" + index;
        }
        MessageDigest content = digest == null ? sha256() : digest;
        digest = content;
        add(content, sentTime.toString());
        for (String part : says) {
            add(content, part);
        }
        String hash = HexFormat.of().formatHex(content.digest(), 0, HASH_BYTES);
        return hash + "-" + equal.merge(hash, 1, Integer::sum);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether an id is random, so that the same event sent again would count again. */
    boolean assigned() {
        return random != null;
    }

    private static void add(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(new byte[] {(byte) (bytes.length >> 16), (byte) (bytes.length >> 8), (byte) bytes.length});
        digest.update(bytes);
    }
}
