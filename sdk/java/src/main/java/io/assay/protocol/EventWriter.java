package io.assay.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The JSON text of one record, written as the bytes that it is sent as. */
final class EventWriter {
    private static final int TYPICAL = 160;
    private static final int MOST_DIGITS = 19;

    private byte[] out = new byte[TYPICAL];
    private int length;

    /** Text that stands for itself. */
    EventWriter raw(String text) {
        return plain(text, text.length()) ? this : bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes that stand for themselves. */
    EventWriter raw(byte[] text) {
        return bytes(text);
    }

    /** A string. */
    EventWriter quoted(String text) {
        room(2 + text.length());
        out[length++] = '"';
        int start = length;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c >= 0x80 || c == '"' || c == '\\') {
                length = start;
                bytes(escaped(text).getBytes(StandardCharsets.UTF_8));
                break;
            }
            out[length++] = (byte) c;
        }
        room(1);
        out[length++] = '"';
        return this;
    }

    EventWriter number(long number) {
        if (number == Long.MIN_VALUE) {
            return raw(Long.toString(number));
        }
        room(1 + MOST_DIGITS);
        long left = Math.abs(number);
        if (number < 0) {
            out[length++] = '-';
        }
        int digits = digits(left);
        for (int i = length + digits - 1; i >= length; i--) {
            out[i] = (byte) ('0' + left % 10);
            left /= 10;
        }
        length += digits;
        return this;
    }

    byte[] bytes() {
        return Arrays.copyOf(out, length);
    }

    private boolean plain(String text, int count) {
        room(count);
        int start = length;
        for (int i = 0; i < count; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                length = start;
                return false;
            }
            out[length++] = (byte) c;
        }
        return true;
    }

    private EventWriter bytes(byte[] text) {
        room(text.length);
        System.arraycopy(text, 0, out, length, text.length);
        length += text.length;
        return this;
    }

    private static int digits(long number) {
        int digits = 1;
        for (long bound = 10; digits < MOST_DIGITS && number >= bound; bound *= 10) {
            digits++;
        }
        return digits;
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(c < 16 ? "\\u000" : "\\u00").append(Integer.toHexString(c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private void room(int more) {
        if (out.length - length < more) {
            out = Arrays.copyOf(out, Math.max(2 * out.length, length + more));
        }
    }
}
