package io.assay.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one event value, read in a single pass over its bytes.
 *
 * <p>A parser of its own because the join reads every record: strings and integers are taken in place, the properties are
 * cut out as they stand, anything else refuses the record.
 */
final class EventReader {
    private static final int MAX_DEPTH = 40;

    @Nullable
    String id;

    @Nullable
    String experiment;

    @Nullable
    String variant;

    @Nullable
    String name;

    @Nullable
    String properties;

    long value;

    private long ts = Long.MIN_VALUE;
    private final byte[] in;
    private int at;

    private EventReader(byte[] in) {
        this.in = in;
    }

    static EventReader read(byte @Nullable [] value) throws UnreadableEventException {
        if (value == null) {
            throw new UnreadableEventException("no value");
        }
        var reader = new EventReader(value);
        reader.object();
        return reader;
    }

    /** The same text, unless a store could not keep it or it would not come back the same. */
    static String plain(String field, String text) throws UnreadableEventException {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (c < ' ' || Character.isSurrogate(c)) {
                throw new UnreadableEventException(field + " contains a control character or half a surrogate pair");
            }
        }
        return text;
    }

    long timestamp() throws UnreadableEventException {
        if (ts == Long.MIN_VALUE) {
            throw new UnreadableEventException("no \"t\"");
        }
        return ts;
    }

    private void object() throws UnreadableEventException {
        expect('{');
        if (peek() == '}') {
            at++;
        } else {
            do {
                var field = string();
                expect(':');
                member(field);
            } while (more('}'));
        }
        if (peek() != -1) {
            throw unreadable("trailing bytes");
        }
    }

    private void member(String field) throws UnreadableEventException {
        switch (field) {
            case "id" -> id = string();
            case "e" -> experiment = string();
            case "v" -> variant = string();
            case "n" -> name = string();
            case "x" -> value = integer();
            case "t" -> ts = integer();
            case "p" -> properties = raw();
            default -> skip(0);
        }
    }

    private String raw() throws UnreadableEventException {
        if (peek() != '{') {
            throw unreadable("object expected");
        }
        int from = at;
        skip(0);
        return utf8(from, at);
    }

    private void skip(int depth) throws UnreadableEventException {
        if (depth > MAX_DEPTH) {
            throw unreadable("too deep");
        }
        switch (peek()) {
            case '{' -> skipMembers('}', depth);
            case '[' -> skipMembers(']', depth);
            case '"' -> string();
            default -> skipWord();
        }
    }

    private void skipMembers(char close, int depth) throws UnreadableEventException {
        at++;
        if (peek() == close) {
            at++;
            return;
        }
        do {
            if (close == '}') {
                string();
                expect(':');
            }
            skip(depth + 1);
        } while (more(close));
    }

    private void skipWord() throws UnreadableEventException {
        int from = at;
        while (at < in.length && ",]} \t\r\n".indexOf(in[at]) < 0) {
            at++;
        }
        var word = new String(in, from, at - from, StandardCharsets.ISO_8859_1);
        if (!word.matches("true|false|null|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
            throw unreadable("value expected");
        }
    }

    private boolean more(char close) throws UnreadableEventException {
        int c = peek();
        if (c != ',' && c != close) {
            throw unreadable("',' or '" + close + "' expected");
        }
        at++;
        return c == ',';
    }

    private long integer() throws UnreadableEventException {
        boolean negative = peek() == '-';
        at += negative ? 1 : 0;
        int from = at;
        long n = 0;
        while (at < in.length && in[at] >= '0' && in[at] <= '9') {
            n = n * 10 + in[at++] - '0';
        }
        if (at == from || at - from > 18 || (at - from > 1 && in[from] == '0')) {
            throw unreadable("integer of at most 18 digits expected");
        }
        return negative ? -n : n;
    }

    private String string() throws UnreadableEventException {
        expect('"');
        int from = at;
        while (at < in.length && in[at] != '"' && in[at] != '\\' && in[at] >= ' ') {
            at++;
        }
        if (at < in.length && in[at] == '"') {
            return new String(in, from, at++ - from, StandardCharsets.US_ASCII);
        }
        at = from;
        return longString();
    }

    private String longString() throws UnreadableEventException {
        var out = new StringBuilder();
        int from = at;
        while (true) {
            int c = at < in.length ? in[at] : '\n';
            if (c >= 0 && c < ' ') {
                throw unreadable("string not closed");
            }
            if (c == '"' || c == '\\') {
                out.append(utf8(from, at++));
                if (c == '"') {
                    return out.toString();
                }
                out.append(escaped());
                from = at;
            } else {
                at++;
            }
        }
    }

    private char escaped() throws UnreadableEventException {
        int c = at < in.length ? in[at++] : -1;
        return switch (c) {
            case '"', '\\', '/' -> (char) c;
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> unicode();
            default -> throw unreadable("escape expected");
        };
    }

    private char unicode() throws UnreadableEventException {
        int c = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < in.length ? Character.digit(in[at++], 16) : -1;
            if (digit < 0) {
                throw unreadable("four hex digits expected");
            }
            c = c * 16 + digit;
        }
        return (char) c;
    }

    private String utf8(int from, int to) throws UnreadableEventException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(in, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw unreadable("not UTF-8");
        }
    }

    private void expect(char c) throws UnreadableEventException {
        if (peek() != c) {
            throw unreadable("'" + c + "' expected");
        }
        at++;
    }

    private int peek() {
        while (at < in.length && (in[at] == ' ' || in[at] == '\t' || in[at] == '\r' || in[at] == '\n')) {
            at++;
        }
        return at < in.length ? in[at] : -1;
    }

    private UnreadableEventException unreadable(String reason) {
        return new UnreadableEventException(reason + " at byte " + at);
    }
}
