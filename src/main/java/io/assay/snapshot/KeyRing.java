package io.assay.snapshot;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys in force, by their SHA-256 only. Immutable; for any number of threads.
 *
 * <p>A presented key is hashed, and its hash compared in constant time with those that share its first byte. That byte of a
 * hash tells nothing about a key that nobody can guess.
 */
public final class KeyRing {
    /** The ring of a node that never had any keys. */
    public static final KeyRing NONE = new KeyRing(0, List.of());

    private static final int MAX_LENGTH = 256;
    private static final ThreadLocal<Workspace> WORKSPACE = ThreadLocal.withInitial(Workspace::new);

    private final long version;
    private final Key[][] byFirstByte = new Key[256][];

    /**
     * A key in force.
     *
     * @param sha256 of the key's characters; not to be changed
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared by equals
    public record Key(String id, byte[] sha256, Scope scope) {}

    private static final class Workspace {
        final MessageDigest digest = Sha256.digest();
        final byte[] text = new byte[MAX_LENGTH];
        final byte[] hash = new byte[Sha256.LENGTH];

        /** The last key this thread found, so that the next request with it costs no hash. */
        final byte[] foundText = new byte[MAX_LENGTH];

        int foundLength;

        @Nullable
        Key found;

        @Nullable
        KeyRing foundIn;

        void remember(KeyRing ring, Key key, int length) {
            System.arraycopy(text, 0, foundText, 0, length);
            foundLength = length;
            found = key;
            foundIn = ring;
        }

        /** Compares all of the text, so that the time says nothing about where it differs. */
        boolean isFound(int length) {
            int difference = length ^ foundLength;
            for (int i = 0; i < length; i++) {
                difference |= text[i] ^ foundText[i];
            }
            return difference == 0;
        }
    }

    private KeyRing(long version, List<Key> keys) {
        this.version = version;
        for (int b = 0; b < 256; b++) {
            byte first = (byte) b;
            byFirstByte[b] = keys.stream().filter(k -> k.sha256()[0] == first).toArray(Key[]::new);
        }
    }

    /** A ring of keys whose texts are known, as tests and tools have them. */
    public static KeyRing of(Map<String, Scope> texts) {
        List<Key> keys = new ArrayList<>();
        texts.forEach((text, scope) ->
                keys.add(new Key(scope.text(), Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8)), scope)));
        return new KeyRing(1, keys);
    }

    /** Reads {@code {version, keys: [{id, sha256, scope}]}}; a key of a scope that this node does not know is left out. */
    static KeyRing parse(Document document) throws UnreadableDocumentException {
        List<Key> keys = new ArrayList<>();
        for (Members key : Members.of(document).objects("keys")) {
            String id = key.text("id");
            byte[] sha256 = sha256(key.text("sha256"), document);
            Scope.of(key.text("scope")).ifPresent(scope -> keys.add(new Key(id, sha256, scope)));
        }
        return new KeyRing(document.version(), keys);
    }

    private static byte[] sha256(String hex, Document document) throws UnreadableDocumentException {
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new UnreadableDocumentException(document + ": a hash is not 64 hexadecimal characters");
        }
        return HexFormat.of().parseHex(hex);
    }

    /** Whether this node ever had keys; before that, no answer of {@link #find} says anything about a key. */
    public boolean hasKeys() {
        return version > 0;
    }

    /** The scope of a presented key, or null for none and for one that is not in force. */
    public @Nullable Scope check(@Nullable String presented) {
        Key key = presented == null ? null : find(presented, 0);
        return key == null ? null : key.scope();
    }

    /** The key whose text stands in {@code header} from that place on, or null. Allocates nothing. */
    @Nullable
    Key find(String header, int from) {
        Workspace own = WORKSPACE.get();
        int length = header.length() - from;
        if (length <= 0 || length > MAX_LENGTH) {
            return null;
        }
        for (int i = 0; i < length; i++) {
            char c = header.charAt(from + i);
            if (c >= 0x80) {
                return null;
            }
            own.text[i] = (byte) c;
        }
        if (own.foundIn == this && own.isFound(length)) {
            return own.found;
        }
        own.digest.update(own.text, 0, length);
        try {
            own.digest.digest(own.hash, 0, Sha256.LENGTH);
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
        Key key = find(own.hash);
        if (key != null) {
            own.remember(this, key, length);
        }
        return key;
    }

    private @Nullable Key find(byte[] hash) {
        Key found = null;
        for (Key key : byFirstByte[hash[0] & 0xff]) {
            if (MessageDigest.isEqual(key.sha256(), hash)) {
                found = key;
            }
        }
        return found;
    }
}
