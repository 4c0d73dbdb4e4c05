package io.assay.protocol;

import io.assay.protocol.Json.Limits;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One reading of JSON bytes, by recursive descent. */
final class JsonReader {
    private static final int MAX_NUMBER = 64;
    private static final int MAX_EXPONENT = 9_999;

    /** So many characters are digits for a long, with sign and point. */
    private static final int MAX_SHORT = 18;

    private static final int KNOWN_NAMES = 64;
    private static final int FEW = 8;

    private final byte[] in;
    private final Limits limits;
    private final @Nullable String[] names = new String[KNOWN_NAMES];
    private int at;
    private int values;

    JsonReader(byte[] in, Limits limits) {
        this.in = in;
        this.limits = limits;
    }

    @Nullable
    Object document() {
        Object value = value(0);
        space();
        if (at < in.length) {
            throw fail("unexpected bytes after the value");
        }
        return value;
    }

    Json.Part part(int from) {
        at = from;
        Object value = value(0);
        return new Json.Part(value, at, values);
    }

    private @Nullable Object value(int depth) {
        space();
        if (++values > limits.values()) {
            throw fail("more than " + limits.values() + " values");
        }
        int c = peek();
        return switch (c) {
            case '{' -> object(depth + 1);
            case '[' -> array(depth + 1);
            case '"' -> string();
            case 't' -> literal("true", Boolean.TRUE);
            case 'f' -> literal("false", Boolean.FALSE);
            case 'n' -> literal("null", null);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw fail(c < 0 ? "unexpected end" : "expected a value");
        };
    }

    private Map<String, @Nullable Object> object(int depth) {
        open(depth);
        Map<String, @Nullable Object> map = new LinkedHashMap<>(FEW);
        space();
        if (accept('}')) {
            return map;
        }
        do {
            space();
            int start = at;
            if (peek() != '"') {
                throw fail("expected a name");
            }
            String name = name();
            space();
            expect(':');
            int before = map.size();
            if (before == limits.names()) {
                throw new JsonException(start, "more than " + limits.names() + " names in one object");
            }
            map.put(name, value(depth));
            // looked up once: names that collide make each look dear
            if (map.size() == before) {
                throw new JsonException(start, "name given twice");
            }
            space();
        } while (accept(','));
        expect('}');
        return map;
    }

    private List<@Nullable Object> array(int depth) {
        open(depth);
        List<@Nullable Object> list = new ArrayList<>();
        space();
        if (accept(']')) {
            return list;
        }
        do {
            list.add(value(depth));
            space();
        } while (accept(','));
        expect(']');
        return list;
    }

    private void open(int depth) {
        if (depth > limits.depth()) {
            throw fail("nested deeper than " + limits.depth());
        }
        at++;
    }

    private @Nullable Object literal(String word, @Nullable Boolean value) {
        for (int i = 0; i < word.length(); i++) {
            if (peek() != word.charAt(i)) {
                throw fail("expected " + word);
            }
            at++;
        }
        return value;
    }

    private BigDecimal number() {
        int start = at;
        accept('-');
        if (!accept('0')) {
            digits();
        }
        if (accept('.')) {
            digits();
        }
        if (accept('e') || accept('E')) {
            if (!accept('+')) {
                accept('-');
            }
            int exponent = at;
            digits();
            checkExponent(exponent);
        }
        if (at - start > MAX_NUMBER) {
            throw new JsonException(start, "number longer than " + MAX_NUMBER + " characters");
        }
        if (at - start <= MAX_SHORT) {
            return shortNumber(start);
        }
        char[] text = new char[at - start];
        for (int i = 0; i < text.length; i++) {
            text[i] = (char) in[start + i];
        }
        return new BigDecimal(text);
    }

    /** One without an exponent has its digits in a long; any other goes the long way. */
    private BigDecimal shortNumber(int start) {
        long digits = 0;
        int scale = 0;
        boolean isFraction = false;
        boolean isNegative = in[start] == '-';
        for (int i = isNegative ? start + 1 : start; i < at; i++) {
            byte c = in[i];
            if (c == '.') {
                isFraction = true;
            } else if (c >= '0' && c <= '9') {
                digits = digits * 10 + c - '0';
                scale += isFraction ? 1 : 0;
            } else {
                return new BigDecimal(ascii(start, at));
            }
        }
        return BigDecimal.valueOf(isNegative ? -digits : digits, scale);
    }

    private void checkExponent(int from) {
        int exponent = 0;
        for (int i = from; i < at; i++) {
            exponent = Math.min(exponent * 10 + in[i] - '0', MAX_EXPONENT + 1);
        }
        if (exponent > MAX_EXPONENT) {
            throw new JsonException(from, "exponent beyond " + MAX_EXPONENT);
        }
    }

    private void digits() {
        int start = at;
        while (at < in.length && in[at] >= '0' && in[at] <= '9') {
            at++;
        }
        if (at == start) {
            throw fail("expected a digit");
        }
    }

    /** A member's name. Most bodies say the same few over and over, so the last ones are kept, each in the place it hashes to. */
    private String name() {
        int start = at + 1;
        int end = start;
        while (end < in.length && in[end] >= 0x20 && in[end] != '"' && in[end] != '\\') {
            end++;
        }
        if (end == in.length || in[end] != '"' || end == start) {
            return string();
        }
        int place = (31 * in[start] + 7 * in[end - 1] + end - start) & (KNOWN_NAMES - 1);
        String known = names[place];
        if (known == null || !isAt(start, end, known)) {
            known = ascii(start, end);
            names[place] = known;
        }
        at = end + 1;
        return known;
    }

    private boolean isAt(int start, int end, String text) {
        boolean same = text.length() == end - start;
        for (int i = start; same && i < end; i++) {
            same = in[i] == text.charAt(i - start);
        }
        return same;
    }

    private String string() {
        at++;
        int start = at;
        while (at < in.length && in[at] >= 0x20 && in[at] != '"' && in[at] != '\\') {
            at++;
        }
        if (at < in.length && in[at] == '"') {
            return ascii(start, at++);
        }
        StringBuilder out = new StringBuilder(ascii(start, at));
        while (!accept('"')) {
            character(out);
        }
        return out.toString();
    }

    @SuppressWarnings("deprecation") // every byte is ASCII: the quick constructor is the right one
    private String ascii(int from, int to) {
        return new String(in, 0, from, to - from);
    }

    private void character(StringBuilder out) {
        int c = peek();
        if (c < 0) {
            throw fail("string without end");
        }
        if (c < 0x20) {
            throw fail("control character in a string");
        }
        if (c == '\\') {
            escape(out);
        } else if (c < 0x80) {
            out.append((char) c);
            at++;
        } else {
            out.appendCodePoint(multibyte(c));
        }
    }

    private void escape(StringBuilder out) {
        int start = at++;
        int c = peek();
        at++;
        switch (c) {
            case '"', '\\', '/' -> out.append((char) c);
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'u' -> unicode(out, start);
            default -> throw new JsonException(start, "unknown escape");
        }
    }

    private void unicode(StringBuilder out, int start) {
        char first = hex();
        if (!Character.isSurrogate(first)) {
            out.append(first);
            return;
        }
        if (Character.isHighSurrogate(first) && accept('\\') && accept('u')) {
            char second = hex();
            if (Character.isLowSurrogate(second)) {
                out.append(first).append(second);
                return;
            }
        }
        throw new JsonException(start, "lone surrogate");
    }

    private char hex() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = peek() < 0x80 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw fail("expected four hex digits");
            }
            value = (value << 4) | digit;
            at++;
        }
        return (char) value;
    }

    /** Overlong forms, surrogates and what lies beyond U+10FFFF are no UTF-8. */
    private int multibyte(int lead) {
        int more = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        int codePoint = lead & (0x3f >> more);
        for (int i = 1; i <= more; i++) {
            int next = at + i < in.length ? in[at + i] : 0;
            if ((next & 0xc0) != 0x80) {
                throw fail("invalid UTF-8");
            }
            codePoint = (codePoint << 6) | (next & 0x3f);
        }
        boolean valid = more == 1
                || (more == 2 && codePoint >= 0x800 && (codePoint < 0xd800 || codePoint > 0xdfff))
                || (more == 3 && codePoint >= 0x10000 && codePoint <= 0x10ffff);
        if (!valid) {
            throw fail("invalid UTF-8");
        }
        at += more + 1;
        return codePoint;
    }

    private void space() {
        while (at < in.length && (in[at] == ' ' || in[at] == '\n' || in[at] == '\r' || in[at] == '\t')) {
            at++;
        }
    }

    private int peek() {
        return at < in.length ? in[at] & 0xff : -1;
    }

    private boolean accept(char c) {
        boolean there = peek() == c;
        at += there ? 1 : 0;
        return there;
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw fail(at < in.length ? "expected '" + c + "'" : "unexpected end");
        }
    }

    private JsonException fail(String message) {
        return new JsonException(at, message);
    }
}
