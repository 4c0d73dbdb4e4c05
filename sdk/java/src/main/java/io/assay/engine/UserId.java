package io.assay.engine;

/** The rules of a user id: 1 to 256 bytes of UTF-8 that is valid Unicode without control characters. */
public final class UserId {
    /** The longest user id, in bytes of UTF-8. */
    public static final int MAX_BYTES = 256;

    /** What a user id has to be, for messages. */
    public static final String EXPECTED = "1 to 256 bytes of valid UTF-8 without control characters";

    private UserId() {}

    /** Says whether a text can be a user id. */
    public static boolean isValid(String text) {
        int chars = text.length();
        if (chars == 0 || chars > MAX_BYTES) {
            return false;
        }
        int plain = 0;
        while (plain < chars && isPlain(text.charAt(plain))) {
            plain++;
        }
        return plain == chars || isValid(text, plain);
    }

    private static boolean isPlain(char c) {
        return c >= 0x20 && c < 0x7f;
    }

    private static boolean isValid(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) {
                return false;
            }
        }
        int bytes = Utf8.length(text);
        return bytes > 0 && bytes <= MAX_BYTES;
    }

    /**
     * Writes the UTF-8 bytes of a user id and returns how many they are, or -1 if it is no user id.
     *
     * @param into at least {@link #MAX_BYTES} long
     */
    public static int encode(String text, byte[] into) {
        int chars = text.length();
        int plain = 0;
        while (plain < chars && plain < MAX_BYTES && isPlain(text.charAt(plain))) {
            into[plain] = (byte) text.charAt(plain);
            plain++;
        }
        if (plain == chars && chars > 0) {
            return chars;
        }
        return isValid(text) ? Utf8.encode(text, into, 0) : -1;
    }
}
