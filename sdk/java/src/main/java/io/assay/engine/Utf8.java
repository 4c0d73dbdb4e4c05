package io.assay.engine;

/** UTF-8 of strings, strictly: a lone surrogate has none. */
public final class Utf8 {
    private Utf8() {}

    /** How many bytes a text takes, or -1 if it holds a lone surrogate. */
    public static int length(String text) {
        int bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!startsPair(text, i)) {
                    return -1;
                }
                i++;
                bytes += 2;
            } else if (c >= 0x80) {
                bytes += c < 0x800 ? 1 : 2;
            }
        }
        return bytes;
    }

    /** Writes the bytes of a text without lone surrogates from {@code at} on, and returns where they end. */
    public static int encode(String text, byte[] into, int at) {
        int end = at;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                into[end++] = (byte) c;
            } else if (Character.isHighSurrogate(c)) {
                end = put(Character.toCodePoint(c, text.charAt(++i)), into, end);
            } else {
                end = put(c, into, end);
            }
        }
        return end;
    }

    private static boolean startsPair(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                && at + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(at + 1));
    }

    private static int put(int codePoint, byte[] into, int at) {
        int end = at;
        if (codePoint < 0x800) {
            into[end++] = (byte) (0xc0 | (codePoint >> 6));
        } else {
            if (codePoint < 0x10000) {
                into[end++] = (byte) (0xe0 | (codePoint >> 12));
            } else {
                into[end++] = (byte) (0xf0 | (codePoint >> 18));
                into[end++] = (byte) (0x80 | ((codePoint >> 12) & 0x3f));
            }
            into[end++] = (byte) (0x80 | ((codePoint >> 6) & 0x3f));
        }
        into[end++] = (byte) (0x80 | (codePoint & 0x3f));
        return end;
    }
}
